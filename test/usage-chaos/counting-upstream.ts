import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SeededRandom } from '@fairlead/base/testing'
import { type Budget, budgets, most } from './budgets.ts'

/** Answers calls, and counts what it has answered: what a provider would send a bill for. */
export interface CountingUpstream extends AsyncDisposable {
  readonly port: number
  readonly served: Readonly<Record<Budget, number>>
  /** The most calls that it has answered at the same time. */
  readonly mostAtATime: () => number
}

export async function startCountingUpstream(seed: number): Promise<CountingUpstream> {
  const random = new SeededRandom(seed)
  const served = { requests: 0, tokens: 0, cost: 0 }
  let running = 0
  let mostAtATime = 0
  const server = createServer((request, response) => {
    const budget = budgets.find((each) => request.url === `/${each}`)
    if (budget === undefined) {
      response.writeHead(404).end()
      return
    }
    mostAtATime = Math.max(mostAtATime, ++running)
    const used = budget === 'requests' ? 1 : 1 + random.below(most[budget])
    served[budget] += used
    // Begins at once and ends later, so that many run at a time and some are killed in between.
    response.write(' ')
    request.resume().once('end', () => setImmediate(() => response.end(String(used))))
    response.once('close', () => running--)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    served,
    mostAtATime: () => mostAtATime,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
