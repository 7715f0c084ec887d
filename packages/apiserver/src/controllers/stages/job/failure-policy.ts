import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, type Fields } from '../../../definitions/fields.ts'
import { conditionsOf } from '../shared/conditions.ts'

/** What a failed pod means for its Job, and the words for it. */
interface Consequence {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count'
  readonly message: string
}

/** By the first rule that matches, else it counts. As matchPodFailurePolicy in Kubernetes. */
export function consequenceOf(job: KubernetesObject, pod: KubernetesObject): Consequence {
  const policy = recordAt(recordAt(job, 'spec'), 'podFailurePolicy')
  for (const [index, rule] of recordsAt(policy, 'rules').entries()) {
    const why = reasonFor(rule, pod)
    if (why === undefined) continue
    const action = textAt(rule, 'action') as Consequence['action']
    return { action, message: `${why} matching ${action} rule at index ${index}` }
  }
  return { action: 'Count', message: '' }
}

function reasonFor(rule: Fields, pod: KubernetesObject): string | undefined {
  const { name, namespace } = pod.metadata
  const exit = recordAt(rule, 'onExitCodes')
  if (rule['onExitCodes'] !== undefined) {
    const found = exitOf(exit, pod)
    if (found === undefined) return undefined
    return `Container ${found.name} for pod ${namespace}/${name} failed with exit code ${found.code}`
  }
  const condition = conditionsOf(pod).find((each) =>
    recordsAt(rule, 'onPodConditions').some(
      (wanted) => wanted['type'] === each.type && (wanted['status'] ?? 'True') === each.status,
    ),
  )
  return condition && `Pod ${namespace}/${name} has condition ${condition.type}`
}

function exitOf(
  requirement: Fields,
  pod: KubernetesObject,
): { readonly name: string; readonly code: number } | undefined {
  const status = recordAt(pod, 'status')
  const only = textAt(requirement, 'containerName')
  const values = (requirement['values'] ?? []) as number[]
  for (const list of ['containerStatuses', 'initContainerStatuses']) {
    for (const container of recordsAt(status, list)) {
      const name = textAt(container, 'name')
      const code = recordAt(recordAt(container, 'state'), 'terminated')['exitCode']
      if (typeof code !== 'number' || code === 0 || (only !== '' && only !== name)) continue
      if (values.includes(code) === (requirement['operator'] === 'In')) return { name, code }
    }
  }
  return undefined
}
