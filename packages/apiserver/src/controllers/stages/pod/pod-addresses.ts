import type { Cluster } from '../shared/cluster.ts'

/** As many addresses as there are in 10.128.0.0/9, without its first. */
const addressesMax = 2 ** 23 - 1

/** Gives every pod an address of its own, one after the other. */
export class PodAddresses {
  #last = 0

  /** The next address that no pod of the cluster has. */
  next(cluster: Cluster): string {
    if (this.#last === 0) this.#last = highest(cluster)
    this.#last = (this.#last % addressesMax) + 1
    return formatted(this.#last)
  }
}

function highest(cluster: Cluster): number {
  let found = 0
  for (const pod of cluster.list('pods')) {
    const { podIP } = (pod['status'] ?? {}) as { podIP?: string }
    const parts = (podIP ?? '').split('.').map(Number)
    const [first, second = 0, third = 0, fourth = 0] = parts
    if (first !== 10 || second < 128) continue
    found = Math.max(found, ((second - 128) << 16) + (third << 8) + fourth)
  }
  return found
}

function formatted(number: number): string {
  return `10.${128 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`
}
