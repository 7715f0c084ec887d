import { randomUUID } from 'node:crypto'
import type { Clock, Logger } from '@fairlead/base'
import type { SecretSource } from '@fairlead/gateway'
import type { StateSettings } from '@fairlead/snapshot'
import { openRedisState, type RedisState } from '@fairlead/usage'

export type RedisStateSettings = Extract<StateSettings, { readonly type: 'Redis' }>

interface RedisOfStateOptions {
  /** `namespace/name` of the LLMGateway. */
  readonly gateway: string
  readonly settings: RedisStateSettings
  readonly secrets: SecretSource
  readonly clock: Clock
  readonly logger: Logger
  readonly onAvailability: (problem: string | undefined) => void
}

/**
 * Connects to the Redis of an LLMGateway's `state`, and follows the Secret that names it: another
 * value makes another connection, and the earlier one ends when that one serves.
 */
export function openRedisOfState(options: RedisOfStateOptions): RedisState {
  const { gateway, settings, secrets, clock, logger, onAvailability } = options
  const { url, timeoutMs } = settings
  const writer = randomUUID()
  const state = openRedisState({ gateway, writer, timeoutMs, clock, logger, onAvailability })
  const use = () => state.use(url && secrets.get(url)?.trim())
  const unsubscribe = secrets.subscribe(use)
  use()
  return {
    ...state,
    close() {
      unsubscribe()
      return state.close()
    },
  }
}
