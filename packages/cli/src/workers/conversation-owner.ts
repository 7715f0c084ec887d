import type { Clock, Logger } from '@fairlead/base'
import {
  openConversationStore,
  StoreOwner,
  type StoreSecrets,
  type TokenCounter,
} from '@fairlead/context'
import { conversationStoreKey } from '@fairlead/gateway'
import type { ConversationStoreSettings } from '@fairlead/snapshot'

interface ConversationOwnerOptions {
  /** Absolute. Relative store paths are resolved against it. */
  readonly dataDir: string
  readonly secrets: StoreSecrets
  /** Counts tokens for all workers. */
  readonly counter: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
}

/** The store of a gateway without a ConversationStore. */
const inMemory = {
  namespace: '',
  name: 'in memory',
  type: 'Memory',
  path: undefined,
  ttlMs: undefined,
} as const

/**
 * Opens conversation stores for the workers of this machine. What describes a store in messages is
 * its ConversationStore's settings; null is a store in memory.
 */
export function conversationOwner(options: ConversationOwnerOptions): StoreOwner {
  const { dataDir, secrets, counter, clock, logger } = options
  return new StoreOwner({
    open(description) {
      const { namespace, name, type, path, ttlMs } = settingsOf(description) ?? inMemory
      return openConversationStore(
        { namespace, name, type, path, ttlMs, dataDir },
        { secrets, clock },
      )
    },
    keyOf: (description) => conversationStoreKey(settingsOf(description)),
    counter,
    clock,
    logger,
  })
}

/** Unchecked: a worker of the same program has written it. */
function settingsOf(description: unknown): ConversationStoreSettings | undefined {
  return (description ?? undefined) as ConversationStoreSettings | undefined
}
