import type { Clock, Logger } from '@fairlead/base'
import type { CounterStore } from '../counter-store.ts'
import type { UsageLedger } from '../../ledger/ledger.ts'
import { counterScripts } from './counter-scripts.ts'
import { noteUsageScript } from './ledger-script.ts'
import { rateCallScript, rememberCallsScript } from './rating-scripts.ts'
import { RedisCounterStore } from './redis-counter-store.ts'
import { RedisLedger } from './redis-ledger.ts'
import { RedisLink } from './redis-link.ts'

interface RedisStateOptions {
  /** `namespace/name` of the LLMGateway. */
  readonly gateway: string
  /** Unique among all processes that ever use it. */
  readonly writer: string
  /** How long a call waits for an answer. */
  readonly timeoutMs: number
  readonly clock: Pick<Clock, 'monotonicMs' | 'now' | 'setTimer'>
  readonly logger: Pick<Logger, 'warn'>
  /** Told why the server cannot be used, and undefined when it can again. */
  readonly onAvailability: (problem: string | undefined) => void
}

/** What the replicas of one gateway share in Redis. */
export interface RedisState {
  readonly counters: CounterStore
  readonly ledger: UsageLedger
  /**
   * Connects to where the URL names, which is a secret; undefined while there is none. Called again
   * when it changes: calls use the earlier server until the other one can be used.
   */
  use(url: string | undefined): void
  /** Sends what the ledger has, if that can be done at once, and ends the connection. */
  close(): Promise<void>
}

/** Connects when it is told where. The client of Redis is loaded then, and not before. */
export function openRedisState(options: RedisStateOptions): RedisState {
  const { gateway, writer, timeoutMs, clock, logger, onAvailability } = options
  const scripts = [...counterScripts, noteUsageScript, rememberCallsScript, rateCallScript]
  const link = new RedisLink({ clock, logger, timeoutMs, scripts, onAvailability })
  const counters = new RedisCounterStore({ link, gateway, clock })
  const ledger = new RedisLedger({ link, gateway, writer, clock, logger })
  return {
    counters,
    ledger,
    use: (url) => link.use(url),
    async close() {
      await ledger.close()
      link.close()
    },
  }
}
