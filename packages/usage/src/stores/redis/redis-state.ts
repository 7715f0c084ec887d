import type { Clock, Logger } from '@fairlead/base'
import type { CounterStore } from '../counter-store.ts'
import { counterScripts } from './counter-scripts.ts'
import { RedisCounterStore } from './redis-counter-store.ts'
import { RedisLink } from './redis-link.ts'

interface RedisStateOptions {
  /** `namespace/name` of the LLMGateway. */
  readonly gateway: string
  /** How long a call waits for an answer. */
  readonly timeoutMs: number
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  readonly logger: Pick<Logger, 'warn'>
  /** Told why the server cannot be used, and undefined when it can again. */
  readonly onAvailability: (problem: string | undefined) => void
}

/** What the replicas of one gateway share in Redis. */
export interface RedisState {
  /** Its `close` also closes the connection. */
  readonly counters: CounterStore
  /**
   * Connects to where the URL names, which is a secret; undefined while there is none. Called again
   * when it changes: calls use the earlier server until the other one can be used.
   */
  use(url: string | undefined): void
}

/** Connects when it is told where. The client of Redis is loaded then, and not before. */
export function openRedisState(options: RedisStateOptions): RedisState {
  const { gateway, timeoutMs, clock, logger, onAvailability } = options
  const link = new RedisLink({ clock, logger, timeoutMs, scripts: counterScripts, onAvailability })
  const counters = new RedisCounterStore({ link, gateway, clock })
  return { counters, use: (url) => link.use(url) }
}
