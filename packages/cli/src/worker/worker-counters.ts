import { randomUUID } from 'node:crypto'
import type { Clock } from '@fairlead/base'
import type { OpenCounters } from '@fairlead/gateway'
import { LeasedCounters, RemoteCounterStore } from '@fairlead/usage'
import type { CounterNews } from '@fairlead/usage'
import type { FromWorker } from '../worker-messages/messages.ts'

/**
 * Of what is left of a limit, the greatest share that this worker borrows ahead at a time. Others get
 * back what it does not use.
 */
const percentAhead = 10

/** What this worker counts with. */
export class WorkerCounters {
  readonly #clock: Clock
  readonly #remote: RemoteCounterStore

  constructor(clock: Clock, send: (message: FromWorker) => void) {
    this.#clock = clock
    this.#remote = new RemoteCounterStore({
      clock,
      send: (requests) => send({ type: 'counters', requests }),
    })
  }

  /** The primary process has sent something. */
  receive(news: CounterNews): void {
    this.#remote.receive(news)
  }

  readonly open: OpenCounters = (_, onAvailability) =>
    new LeasedCounters({
      store: this.#remote,
      holder: randomUUID(),
      percent: percentAhead,
      clock: this.#clock,
      onAvailability,
    })
}
