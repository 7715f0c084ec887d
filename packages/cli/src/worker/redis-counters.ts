import { randomUUID } from 'node:crypto'
import type { Clock, Logger } from '@fairlead/base'
import type { SecretSource } from '@fairlead/gateway'
import { type Counters, LeasedCounters } from '@fairlead/usage'
import { openRedisOfState, type RedisStateSettings } from '../redis-of-state.ts'

interface RedisCountersOptions {
  /** `namespace/name` of the LLMGateway. */
  readonly gateway: string
  readonly settings: RedisStateSettings
  readonly secrets: SecretSource
  readonly clock: Clock
  readonly logger: Logger
  /** Told why Redis cannot be used, and undefined when it can again. */
  readonly onAvailability: (problem: string | undefined) => void
}

/** What a worker counts with where replicas share their counters: its own connection to Redis. */
export function openRedisCounters(options: RedisCountersOptions): Counters {
  const { settings, clock } = options
  const state = openRedisOfState(options)
  const counters = new LeasedCounters({
    store: state.counters,
    holder: randomUUID(),
    percent: settings.leases?.percent ?? 0,
    clock,
    ...(settings.leases && { pollMs: settings.leases.intervalMs }),
  })
  return {
    reserve: (claims) => counters.reserve(claims),
    uncounted: (claims) => counters.uncounted(claims),
    settle: (reservation, amounts) => counters.settle(reservation, amounts),
    view: (wanted) => counters.view(wanted),
    async close() {
      await counters.close()
      await state.close()
    },
  }
}
