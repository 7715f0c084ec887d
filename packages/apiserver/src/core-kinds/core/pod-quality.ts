import { parseQuantity } from '@fairlead/kube-core'

import { recordAt, recordsAt, type Fields } from '../../definitions/fields.ts'

/** How well a pod's resources are guaranteed. */
type PodQuality = 'BestEffort' | 'Burstable' | 'Guaranteed'

const computed = ['cpu', 'memory'] as const

/** As ComputePodQOS in Kubernetes' core helpers: a pod's `status.qosClass`. */
export function podQuality(spec: Fields): PodQuality {
  const requests = new Map<string, bigint>()
  const limits = new Map<string, bigint>()
  let isGuaranteed = true
  for (const list of ['containers', 'initContainers']) {
    for (const container of recordsAt(spec, list)) {
      const resources = recordAt(container, 'resources')
      add(requests, recordAt(resources, 'requests'))
      if (add(limits, recordAt(resources, 'limits')) < computed.length) isGuaranteed = false
    }
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort'
  const isEqual =
    requests.size === limits.size &&
    [...requests].every(([name, amount]) => limits.get(name) === amount)
  return isGuaranteed && isEqual ? 'Guaranteed' : 'Burstable'
}

/** @returns how many of the resources are given */
function add(sums: Map<string, bigint>, list: Fields): number {
  let count = 0
  for (const name of computed) {
    const amount = amountOf(list[name])
    if (amount <= 0n) continue
    count += 1
    sums.set(name, (sums.get(name) ?? 0n) + amount)
  }
  return count
}

function amountOf(value: unknown): bigint {
  if (typeof value !== 'string' && typeof value !== 'number') return 0n
  try {
    return parseQuantity(String(value)).nano
  } catch {
    return 0n
  }
}
