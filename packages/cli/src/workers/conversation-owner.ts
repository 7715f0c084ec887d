import { randomUUID } from 'node:crypto'
import type { Clock, Logger } from '@fairlead/base'
import { StoreOwner, type StoreType, type TokenCounter } from '@fairlead/context'
import { conversationStoreKey, type SecretSource } from '@fairlead/gateway'
import type { ConversationStoreSettings } from '@fairlead/snapshot'
import { openStoreOfSecrets } from './store-of-secrets.ts'

interface ConversationOwnerOptions {
  /** Absolute. Relative store paths are resolved against it. */
  readonly dataDir: string
  /** The name of the replica, unique among those that may share a store. */
  readonly replica: string
  readonly secrets: SecretSource
  /** Counts tokens for all workers. */
  readonly counter: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
  /** The types of stores. All when left out. */
  readonly types?: readonly StoreType[]
}

/** The store of a gateway without a ConversationStore. */
const inMemory: Omit<ConversationStoreSettings, 'generation'> = {
  namespace: '',
  name: 'in memory',
  type: 'Memory',
  path: undefined,
  server: undefined,
  encryption: undefined,
  isFrozen: false,
  ttlMs: undefined,
}

/**
 * Opens conversation stores for the workers of this machine. What describes a store in messages is
 * its ConversationStore's settings; null is a store in memory.
 */
export function conversationOwner(options: ConversationOwnerOptions): StoreOwner {
  const { replica, counter, clock, logger } = options
  return new StoreOwner({
    open: (description) =>
      openStoreOfSecrets({
        ...options,
        settings: settingsOf(description) ?? inMemory,
        member: `${replica}/${randomUUID()}`,
      }),
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
