import { arrayOrEmpty, objectOrEmpty, type JsonObject } from '@fairlead/base'
import type { KubernetesObject, Quantity } from '@fairlead/kube-core'

import { parseAmounts, type Amounts } from './limit-values.ts'

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

/** The sum of two, by resource. */
function sum(one: Amounts, other: Amounts): Amounts {
  return merged(one, other, (a, b) => ({
    ...a,
    nano: a.nano + b.nano,
    value: Number(a.nano + b.nano) / 1e9,
  }))
}

function most(one: Amounts, other: Amounts): Amounts {
  return merged(one, other, (a, b) => (a.nano >= b.nano ? a : b))
}

function merged(
  one: Amounts,
  other: Amounts,
  both: (a: Quantity, b: Quantity) => Quantity,
): Amounts {
  const result = new Map(one)
  for (const [name, amount] of other) {
    const known = result.get(name)
    result.set(name, known === undefined ? amount : both(known, amount))
  }
  return result
}
