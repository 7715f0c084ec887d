import type { Place } from './place.ts'

/** Labels of nodes that have newer names: as in Kubernetes' `pkg/api/node`. */
const messages: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region':
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone':
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type':
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}

/** What to say of a label of nodes; undefined for one that is not deprecated. */
export function nodeLabelDeprecation(label: string): string | undefined {
  return Object.hasOwn(messages, label) ? messages[label] : undefined
}

/** Warnings of a field that names a label of nodes. */
export function nodeLabelWarnings(place: Place, field: string): string[] {
  const message = nodeLabelDeprecation(place.text(field))
  return message === undefined ? [] : [`${place.pathOf(field)}: ${place.text(field)} is ${message}`]
}

/** As GetWarningsForNodeSelectorTerm in Kubernetes' `pkg/api/node`. */
export function nodeTermWarnings(term: Place): string[] {
  return term.each('matchExpressions').flatMap((expression) => nodeLabelWarnings(expression, 'key'))
}
