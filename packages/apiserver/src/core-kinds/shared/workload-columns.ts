import { parseLabelSelector, type KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, textMapAt, type Fields } from '../../definitions/fields.ts'
import type { PrinterColumn } from '../../definitions/printer-column.ts'
import { textColumn } from '../../definitions/standard-columns.ts'

/** The fields of the pods that a controller makes. */
type PodSpecOf = (object: KubernetesObject) => Fields

/** The specification in `spec.template`. */
export function templateSpec(object: KubernetesObject): Fields {
  return recordAt(recordAt(recordAt(object, 'spec'), 'template'), 'spec')
}

/** Names and images of the containers, as `kubectl get -o wide` shows them. */
export function containerColumns(specOf: PodSpecOf, priority: number): PrinterColumn[] {
  const joined = (object: KubernetesObject, field: string): string =>
    recordsAt(specOf(object), 'containers')
      .map((container) => textAt(container, field))
      .join(',')
  return [
    textColumn(
      'Containers',
      'Names of each container in the template.',
      (object) => joined(object, 'name'),
      priority,
    ),
    textColumn(
      'Images',
      'Images referenced by each container in the template.',
      (object) => joined(object, 'image'),
      priority,
    ),
  ]
}

/** A number in `spec` or `status`; 0 when it is absent. */
export function numberColumn(
  name: string,
  description: string,
  part: 'spec' | 'status',
  field: string,
): PrinterColumn {
  const column = textColumn(name, description, (object) => recordAt(object, part)[field] ?? 0)
  return { ...column, type: 'integer' }
}

/** As FormatLabels in Kubernetes' API machinery. */
export function formatLabels(labels: Readonly<Record<string, string>>): string {
  const terms = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
  return terms.length === 0 ? '<none>' : terms.join(',')
}

/** As FormatLabelSelector in Kubernetes' API machinery. */
export function formatSelector(selector: Fields): string {
  const labels = Object.entries(textMapAt(selector, 'matchLabels'))
  const terms = [
    ...labels.map(([key, value]) => `${key}=${value}`),
    ...recordsAt(selector, 'matchExpressions').map(formatExpression),
  ]
  if (terms.length === 0) return '<none>'
  try {
    return parseLabelSelector(terms.join(',')).toString()
  } catch {
    return '<error>'
  }
}

function formatExpression(expression: Fields): string {
  const key = textAt(expression, 'key')
  const values = expression['values']
  const list = Array.isArray(values) ? `(${values.join(',')})` : '()'
  switch (expression['operator']) {
    case 'In':
      return `${key} in ${list}`
    case 'NotIn':
      return `${key} notin ${list}`
    case 'DoesNotExist':
      return `!${key}`
    default:
      return key
  }
}

/** The selector in `spec`, shown with `-o wide`. */
export const selectorColumn: PrinterColumn = textColumn(
  'Selector',
  'Which pods the controller manages.',
  (object) => formatSelector(recordAt(recordAt(object, 'spec'), 'selector')),
  1,
)
