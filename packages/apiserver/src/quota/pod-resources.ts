import { arrayOrEmpty, objectOrEmpty, type JsonObject } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

import { most, parseAmounts, sum, type Amounts } from './amounts.ts'

type Which = 'requests' | 'limits'

/** The containers of a pod. */
export function containersOf(pod: KubernetesObject): readonly JsonObject[] {
  return arrayOrEmpty(objectOrEmpty(pod['spec'])['containers']).map(objectOrEmpty)
}

export function initContainersOf(pod: KubernetesObject): readonly JsonObject[] {
  return arrayOrEmpty(objectOrEmpty(pod['spec'])['initContainers']).map(objectOrEmpty)
}

/** What a container asks for. */
export function amountsOf(container: JsonObject, which: Which): Amounts {
  return parseAmounts(objectOrEmpty(container['resources'])[which])
}

/**
 * What a pod asks for as a whole: the sum of its containers, with those init containers that go on
 * running, or the most that an init container needs besides those that run by then. As PodRequests
 * and PodLimits in Kubernetes' resource helpers; the overhead counts for requests, and for limits
 * that there are.
 */
export function podAmounts(pod: KubernetesObject, which: Which): Amounts {
  let total: Amounts = new Map()
  for (const container of containersOf(pod)) total = sum(total, amountsOf(container, which))
  let running: Amounts = new Map()
  let initial: Amounts = new Map()
  for (const container of initContainersOf(pod)) {
    const amounts = amountsOf(container, which)
    if (container['restartPolicy'] === 'Always') {
      total = sum(total, amounts)
      running = sum(running, amounts)
      initial = most(initial, running)
    } else initial = most(initial, sum(running, amounts))
  }
  total = most(total, initial)
  const overhead = parseAmounts(objectOrEmpty(pod['spec'])['overhead'])
  return which === 'requests' ? sum(total, overhead) : sum(total, only(overhead, total))
}

function only(amounts: Amounts, known: Amounts): Amounts {
  return new Map([...amounts].filter(([name]) => known.has(name)))
}
