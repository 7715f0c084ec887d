import type { KindRules } from '../../definitions/built-in-kind.ts'
import { numberAt, recordAt } from '../../definitions/fields.ts'
import { ageColumn, nameColumn } from '../../definitions/standard-columns.ts'
import { containerColumns, numberColumn, templateSpec } from './workload-columns.ts'

/** What ReplicaSets and ReplicationControllers, the older form of the same, have in common. */
export const replicatedPods = {
  hasGeneration: true,
  selectableFields: ['status.replicas'],
  selectableValue: (object, path) =>
    path === 'status.replicas'
      ? String(numberAt(recordAt(object, 'status'), 'replicas') ?? 0)
      : undefined,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.spec.selector',
  },
} as const satisfies Partial<KindRules>

/** Their columns, but for that of the selector, which comes last. */
export const replicatedPodsColumns = [
  nameColumn,
  numberColumn('Desired', 'Pods that are wanted', 'spec', 'replicas'),
  numberColumn('Current', 'Pods that exist', 'status', 'replicas'),
  numberColumn('Ready', 'Pods that are ready', 'status', 'readyReplicas'),
  ageColumn,
  ...containerColumns(templateSpec, 1),
]
