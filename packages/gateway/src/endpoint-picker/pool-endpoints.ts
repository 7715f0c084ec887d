import { isIP } from 'node:net'
import type { EndpointPool } from '../sources/sources.ts'

/** How many endpoints are tried for one choice. */
const triedMax = 8

/** The endpoints of one state of a pool: `10.0.0.1:8000` or `[fd00::1]:8000`, one for each port. */
export class PoolEndpoints {
  readonly #all = new Set<string>()
  readonly #ready: string[] = []

  constructor({ servers }: EndpointPool) {
    for (const { address, isReady, ports } of servers) {
      for (const port of ports) {
        const endpoint = endpointOf(address, port)
        this.#all.add(endpoint)
        if (isReady) this.#ready.push(endpoint)
      }
    }
  }

  has(endpoint: string): boolean {
    return this.#all.has(endpoint)
  }

  /** Those that a picker names, separated by commas, and that are of the pool, in its order. */
  named(destination: string): readonly string[] {
    const found = new Set<string>()
    for (const part of destination.split(',')) {
      const endpoint = part.trim().toLowerCase()
      if (this.#all.has(endpoint)) found.add(endpoint)
      if (found.size === triedMax) break
    }
    return [...found]
  }

  /** Some that are ready: neighbours, from a place that is drawn. `random` is in [0, 1). */
  drawn(random: number): readonly string[] {
    const first = Math.floor(random * this.#ready.length)
    return [...this.#ready.slice(first), ...this.#ready.slice(0, first)].slice(0, triedMax)
  }
}

function endpointOf(address: string, port: number): string {
  return isIP(address) === 6 ? `[${address.toLowerCase()}]:${port}` : `${address}:${port}`
}
