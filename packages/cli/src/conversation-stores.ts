import type { Clock } from '@fairlead/base'
import {
  createConversations,
  openConversationStore,
  type Conversations,
  type StoreSecrets,
} from '@fairlead/context'
import type { ConversationStoreSettings } from '@fairlead/snapshot'
import type { Logger } from 'pino'

interface StoreOpenerOptions {
  /** Absolute. Relative paths of stores are resolved against it. */
  readonly dataDir: string
  readonly secrets: StoreSecrets
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly logger: Logger
}

/** What a gateway without a ConversationStore uses. */
const inMemory = {
  namespace: '',
  name: 'in memory',
  type: 'Memory',
  path: undefined,
  ttlMs: undefined,
} as const

/** Opens the conversations of a ConversationStore; undefined keeps them in memory. */
export function openStores({
  dataDir,
  secrets,
  clock,
  random,
  logger,
}: StoreOpenerOptions): (
  settings: ConversationStoreSettings | undefined,
) => Promise<Conversations> {
  return async (settings) => {
    const { namespace, name, type, path, ttlMs } = settings ?? inMemory
    const store = await openConversationStore(
      { namespace, name, type, path, ttlMs, dataDir },
      { secrets, clock },
    )
    const storeName = settings?.name ?? store.type
    return createConversations({ store, storeName, clock, random, logger })
  }
}
