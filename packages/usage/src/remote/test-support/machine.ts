import type { FakeClock } from '@fairlead/base/testing'
import { LeasedCounters } from '../../leases/leased-counters.ts'
import { openCountersInMemory, type OpenedCounters } from '../../stores/process/open-counters.ts'
import { ProcessCounterStore } from '../../stores/process/process-counter-store.ts'
import type { CounterNews, CounterRequest } from '../counter-messages.ts'
import { CounterOwner } from '../counter-owner.ts'
import { RemoteCounterStore } from '../remote-counter-store.ts'

/** A worker whose messages are copied, as between processes, and can be held up. */
export class TestWorker {
  readonly counters: LeasedCounters
  /** Messages that it has sent. */
  sent = 0
  readonly #client: ReturnType<CounterOwner['connect']>
  readonly #remote: RemoteCounterStore
  readonly #heldRequests: (readonly CounterRequest[])[] = []
  readonly #heldNews: CounterNews[] = []
  #isCutOff = false
  #isDead = false

  constructor(owner: CounterOwner, clock: FakeClock, holder: string, percent: number) {
    this.#client = owner.connect((news) => this.#receive(structuredClone(news)))
    this.#remote = new RemoteCounterStore({
      clock,
      send: (requests) => this.#send(structuredClone(requests)),
    })
    this.counters = new LeasedCounters({ store: this.#remote, holder, percent, clock })
  }

  /** Nothing gets to it or from it, until `reconnect`. */
  cutOff(): void {
    this.#isCutOff = true
  }

  /** What was held up arrives, in order. */
  reconnect(): void {
    this.#isCutOff = false
    for (const requests of this.#heldRequests.splice(0)) this.#send(requests)
    for (const news of this.#heldNews.splice(0)) this.#receive(news)
  }

  /** As by kill -9. */
  die(): void {
    this.#isDead = true
    this.#client.disconnected()
  }

  #send(requests: readonly CounterRequest[]): void {
    if (this.#isDead) return
    this.sent += 1
    if (this.#isCutOff) this.#heldRequests.push(requests)
    else this.#client.receive(requests)
  }

  #receive(news: CounterNews): void {
    if (this.#isDead) return
    if (this.#isCutOff) this.#heldNews.push(news)
    else this.#remote.receive(news)
  }
}

/** Workers of one machine, and the store that its primary process owns. */
export function testMachine(
  clock: FakeClock,
  open: () => OpenedCounters = () => openCountersInMemory(clock),
) {
  const store = new ProcessCounterStore({ open, clock })
  const owner = new CounterOwner(store)
  let started = 0
  return {
    store,
    start: (percent: number) => new TestWorker(owner, clock, `worker-${++started}`, percent),
  }
}
