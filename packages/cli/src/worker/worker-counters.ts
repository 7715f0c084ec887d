import { randomUUID } from 'node:crypto'
import type { Clock, Logger } from '@fairlead/base'
import type { OpenCounters, SecretSource, SnapshotSource } from '@fairlead/gateway'
import { LeasedCounters, RemoteCounterStore } from '@fairlead/usage'
import type { CounterNews } from '@fairlead/usage'
import type { FromWorker } from '../worker-messages/messages.ts'
import { openRedisCounters } from './redis-counters.ts'

/**
 * Of what is left of a limit, the greatest share that this worker borrows ahead at a time. Others get
 * back what it does not use.
 */
const percentAhead = 10

interface WorkerCountersOptions {
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly clock: Clock
  readonly logger: Logger
  readonly send: (message: FromWorker) => void
}

/** What this worker counts with. */
export class WorkerCounters {
  readonly #options: WorkerCountersOptions
  readonly #remote: RemoteCounterStore

  constructor(options: WorkerCountersOptions) {
    const { clock, send } = options
    this.#options = options
    this.#remote = new RemoteCounterStore({
      clock,
      send: (requests) => send({ type: 'counters', requests }),
    })
  }

  /** The primary process has sent something. */
  receive(news: CounterNews): void {
    this.#remote.receive(news)
  }

  readonly open: OpenCounters = (state, onAvailability) => {
    if (state.type === 'Redis') {
      const { namespace = '', name = '' } = this.#options.snapshots.current()?.gateway ?? {}
      const gateway = `${namespace}/${name}`
      return openRedisCounters({ ...this.#options, gateway, settings: state, onAvailability })
    }
    return new LeasedCounters({
      store: this.#remote,
      holder: randomUUID(),
      percent: percentAhead,
      clock: this.#options.clock,
      onAvailability,
    })
  }
}
