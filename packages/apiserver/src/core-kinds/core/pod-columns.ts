import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../../definitions/fields.ts'
import { humanAge } from '../../definitions/human-duration.ts'
import type { PrinterColumn, RowCondition } from '../../definitions/printer-column.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { summarisePod } from './pod-summary.ts'

/** As printPod in Kubernetes' printers. */
export const podColumns: readonly PrinterColumn[] = [
  nameColumn,
  textColumn('Ready', 'The aggregate readiness state of this pod for accepting traffic.', (pod) => {
    const { ready, total } = summarisePod(pod)
    return `${ready}/${total}`
  }),
  textColumn(
    'Status',
    'The aggregate status of the containers in this pod.',
    (pod) => summarisePod(pod).reason,
  ),
  textColumn(
    'Restarts',
    'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    (pod, nowMs) => {
      const { restarts, lastRestart } = summarisePod(pod)
      return restarts === 0 || lastRestart === undefined
        ? String(restarts)
        : `${restarts} (${humanAge(lastRestart, nowMs)} ago)`
    },
  ),
  ageColumn,
  wideColumn('IP', 'The address of the pod.', (_spec, status) => {
    return textAt(recordsAt(status, 'podIPs')[0] ?? {}, 'ip')
  }),
  wideColumn('Node', 'The node that the pod runs on.', (spec) => textAt(spec, 'nodeName')),
  wideColumn(
    'Nominated Node',
    'The node on which other pods make room for it.',
    (_spec, status) => {
      return textAt(status, 'nominatedNodeName')
    },
  ),
  wideColumn('Readiness Gates', 'Conditions of others that must hold.', readinessGates),
]

/** What a Table says of the row of a pod that has ended. */
export function podRowConditions(pod: KubernetesObject): readonly RowCondition[] | undefined {
  switch (recordAt(pod, 'status')['phase']) {
    case 'Succeeded':
      return [completed('Succeeded', 'The pod has completed successfully.')]
    case 'Failed':
      return [completed('Failed', 'The pod failed.')]
    default:
      return undefined
  }
}

function completed(reason: string, message: string): RowCondition {
  return { type: 'Completed', status: 'True', reason, message }
}

function wideColumn(
  name: string,
  description: string,
  text: (spec: Fields, status: Fields) => string,
): PrinterColumn {
  const cell = (pod: KubernetesObject): string =>
    text(recordAt(pod, 'spec'), recordAt(pod, 'status')) || '<none>'
  return textColumn(name, description, cell, 1)
}

function readinessGates(spec: Fields, status: Fields): string {
  const gates = recordsAt(spec, 'readinessGates')
  if (gates.length === 0) return ''
  // Of several conditions of a type the first one counts.
  const conditions = new Map(
    recordsAt(status, 'conditions')
      .toReversed()
      .map((each) => [each['type'], each['status']]),
  )
  const open = gates.filter((gate) => conditions.get(gate['conditionType']) === 'True')
  return `${open.length}/${gates.length}`
}
