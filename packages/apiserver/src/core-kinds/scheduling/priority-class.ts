import { forbiddenField, type FieldError, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { numberAt } from '../../definitions/fields.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { errorsOf } from '../shared/place.ts'

const valueMax = 1_000_000_000
const systemPrefix = 'system-'
const systemValues: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
}

/** As Kubernetes' PriorityClass strategy, defaults and validation. */
export const priorityClassRules: KindRules = {
  group: 'scheduling.k8s.io',
  plural: 'priorityclasses',
  allColumns: [
    nameColumn,
    {
      ...textColumn('Value', 'The priority', (each) => numberAt(each, 'value') ?? 0),
      type: 'integer',
    },
    {
      ...textColumn('Global-Default', 'Whether pods that name none have it', (each) => {
        return each['globalDefault'] === true
      }),
      type: 'boolean',
    },
    ageColumn,
    textColumn(
      'PreemptionPolicy',
      'Whether pods of lower priority make way',
      (each) => each['preemptionPolicy'] ?? '',
    ),
  ],
  writeRules: {
    defaults(priorityClass) {
      priorityClass['preemptionPolicy'] ??= 'PreemptLowerPriority'
    },
    prepareForCreate(priorityClass) {
      // Unlike others, it stays the first.
      priorityClass.metadata.generation = 1
    },
    validate: (priorityClass, previous) =>
      errorsOf(priorityClass, (root) => {
        if (previous !== undefined) return
        const value = root.number('value')
        const name = priorityClass.metadata.name ?? ''
        if (name.startsWith(systemPrefix)) {
          const problem = systemProblem(priorityClass, name, value)
          if (problem !== undefined) {
            const detail = `priority class names with '${systemPrefix}' prefix are reserved for system use only. error: ${problem}`
            root.forbidden('metadata.name', detail)
          }
        } else if (value > valueMax) {
          root.forbidden('value', `maximum allowed value of a user defined priority is ${valueMax}`)
        }
        root.requiredOneOf('preemptionPolicy', ['PreemptLowerPriority', 'Never'])
      }),
    validateUpdate: (priorityClass, previous): FieldError[] => [
      ...((priorityClass['value'] ?? 0) === (previous['value'] ?? 0)
        ? []
        : [forbiddenField('value', 'may not be changed in an update.')]),
      ...immutableErrors(priorityClass, previous, '', ['preemptionPolicy']),
    ],
  },
}

/** As IsKnownSystemPriorityClass in Kubernetes' scheduling helpers. */
function systemProblem(
  priorityClass: KubernetesObject,
  name: string,
  value: number,
): string | undefined {
  const wanted = systemValues[name]
  if (wanted === undefined) return `${name} is not a known system priority class`
  if (value !== wanted) return `value of ${name} PriorityClass must be ${wanted}`
  if (priorityClass['globalDefault'] === true) {
    return `globalDefault of ${name} PriorityClass must be false`
  }
  return undefined
}
