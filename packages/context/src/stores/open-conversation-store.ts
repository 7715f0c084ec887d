import { type Clock, type Logger, silentLogger } from '@fairlead/base'
import type { ContextStore } from './context-store.ts'
import type { StoreSettings, StoreType } from './store-type.ts'
import { conversationStoreTypes } from './store-types.ts'

export interface StoreParts {
  readonly clock: Clock
  /** Silent when left out. */
  readonly logger?: Logger
  /** The types to choose from. `conversationStoreTypes` when left out. */
  readonly types?: readonly StoreType[]
}

/**
 * Opens the store that a ConversationStore describes. Rejects when its type is not supported, with
 * the supported ones in the message, or when it cannot be opened.
 */
export async function openConversationStore(
  settings: StoreSettings,
  { clock, logger = silentLogger, types = conversationStoreTypes }: StoreParts,
): Promise<ContextStore> {
  const { namespace, name, type } = settings
  const storeType = types.find((one) => one.type === type)
  if (storeType === undefined) {
    const supported = types.map((one) => one.type).join(' or ')
    throw new Error(
      `ConversationStore ${namespace}/${name}: spec.type "${type}" is not supported: use ${supported}`,
    )
  }
  return storeType.open(settings, { clock, logger })
}
