import type { KubernetesObject } from '@fairlead/kube-core'

import {
  recordAt,
  recordsAt,
  textAt,
  textMapAt,
  textsAt,
  type Fields,
} from '../../../definitions/fields.ts'

/** What a node that takes no new pods counts as. */
const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/**
 * Why a pod may not be on a node, by its tolerations, its selector and its required affinity, in the
 * words of Kubernetes' scheduler; undefined when it may.
 */
export function misfit(podSpec: Fields, node: KubernetesObject): string | undefined {
  const tolerations = recordsAt(podSpec, 'tolerations')
  const isTolerated = (taint: Fields): boolean =>
    tolerations.some((toleration) => tolerates(toleration, taint))
  const spec = recordAt(node, 'spec')
  if (spec['unschedulable'] === true && !isTolerated(unschedulable)) {
    return 'node(s) were unschedulable'
  }
  const taint = recordsAt(spec, 'taints').find(
    (each) =>
      (each['effect'] === 'NoSchedule' || each['effect'] === 'NoExecute') && !isTolerated(each),
  )
  if (taint !== undefined) {
    return `node(s) had untolerated taint {${textAt(taint, 'key')}: ${textAt(taint, 'value')}}`
  }
  return matchesNode(podSpec, node)
    ? undefined
    : "node(s) didn't match Pod's node affinity/selector"
}

/**
 * Whether a pod may be on a node, also one that it has to wait for because it is not ready yet. As
 * nodeShouldRunDaemonPod.
 */
export function fitsOnceReady(podSpec: Fields, node: KubernetesObject): boolean {
  const name = textAt(podSpec, 'nodeName')
  if (name !== '' && name !== node.metadata.name) return false
  const tolerations = [
    ...recordsAt(podSpec, 'tolerations'),
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists' },
  ]
  return misfit({ ...podSpec, tolerations }, node) === undefined
}

/** As GetRequiredNodeAffinity in Kubernetes' component helpers. */
function matchesNode(podSpec: Fields, node: KubernetesObject): boolean {
  const labels = node.metadata.labels ?? {}
  const selector = Object.entries(textMapAt(podSpec, 'nodeSelector'))
  if (!selector.every(([key, value]) => labels[key] === value)) return false
  const affinity = recordAt(recordAt(podSpec, 'affinity'), 'nodeAffinity')
  const required = affinity['requiredDuringSchedulingIgnoredDuringExecution']
  if (required === undefined) return true
  return recordsAt(required as Fields, 'nodeSelectorTerms').some((term) => matchesTerm(term, node))
}

/** As ToleratesTaint in Kubernetes. */
export function tolerates(toleration: Fields, taint: Fields): boolean {
  const effect = textAt(toleration, 'effect')
  if (effect !== '' && effect !== taint['effect']) return false
  const key = textAt(toleration, 'key')
  if (key !== '' && key !== taint['key']) return false
  return (
    toleration['operator'] === 'Exists' || textAt(toleration, 'value') === textAt(taint, 'value')
  )
}

function matchesTerm(term: Fields, node: KubernetesObject): boolean {
  const expressions = recordsAt(term, 'matchExpressions')
  const fields = recordsAt(term, 'matchFields')
  if (expressions.length + fields.length === 0) return false
  const labels = node.metadata.labels ?? {}
  const own: Readonly<Record<string, string>> = { 'metadata.name': node.metadata.name ?? '' }
  return (
    expressions.every((expression) => matchesExpression(expression, labels)) &&
    fields.every((expression) => matchesExpression(expression, own))
  )
}

function matchesExpression(expression: Fields, values: Readonly<Record<string, string>>): boolean {
  const key = textAt(expression, 'key')
  const value = Object.hasOwn(values, key) ? values[key] : undefined
  const wanted = textsAt(expression, 'values')
  switch (expression['operator']) {
    case 'In':
      return value !== undefined && wanted.includes(value)
    case 'NotIn':
      return value === undefined || !wanted.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && Number(value) > Number(wanted[0])
    case 'Lt':
      return value !== undefined && Number(value) < Number(wanted[0])
    default:
      return false
  }
}
