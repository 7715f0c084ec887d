import type { Clock, Logger } from '@fairlead/base'
import {
  type ContextStore,
  type EncryptionKeys,
  openEncrypted,
  refuseEncrypted,
} from '@fairlead/context'
import type { SecretSource } from '@fairlead/gateway'
import type { ConversationStoreSettings, StoreEncryptionSettings } from '@fairlead/snapshot'

interface EncryptionOptions {
  readonly settings: Pick<ConversationStoreSettings, 'namespace' | 'name' | 'encryption'>
  readonly secrets: SecretSource
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
  readonly logger: Logger
}

/**
 * The opened store as its ConversationStore has it: encrypted with the key of its Secret, which is
 * followed, or not encrypted. Rejects, and closes the store, where that is not what the store is, or a
 * key is missing.
 */
export async function withEncryption(
  opened: ContextStore,
  options: EncryptionOptions,
): Promise<ContextStore> {
  const { encryption } = options.settings
  try {
    if (encryption !== undefined) return await encrypted(opened, encryption, options)
    await refuseEncrypted(opened)
    return opened
  } catch (cause) {
    await opened.close().catch(() => {})
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${nameOf(options)}: ${why}`, { cause })
  }
}

async function encrypted(
  opened: ContextStore,
  encryption: StoreEncryptionSettings,
  options: EncryptionOptions,
): Promise<ContextStore> {
  const { clock, logger, secrets } = options
  let used = keysOf(encryption, secrets)
  const { store, useKeys } = await openEncrypted(opened, used, { clock, logger })
  const follow = () => {
    try {
      const keys = keysOf(encryption, secrets)
      if (keys.current === used.current && keys.previous === used.previous) return
      useKeys(keys)
      used = keys
    } catch (error) {
      logger.error(
        { conversationStore: nameOf(options), err: error },
        'the changed key of the encryption cannot be used: the earlier one goes on',
      )
    }
  }
  const unsubscribe = secrets.subscribe(follow)
  // It may have changed while the store was being opened.
  follow()
  return {
    ...store,
    close() {
      unsubscribe()
      return store.close()
    },
  }
}

function keysOf(
  { key, previousKey }: StoreEncryptionSettings,
  secrets: SecretSource,
): EncryptionKeys {
  if (key === undefined) throw new Error('it may not use the Secret of its key: see ResolvedRefs')
  const current = secrets.get(key)?.trim() ?? ''
  if (current === '') {
    throw new Error(`there is no Secret ${key.namespace}/${key.name} with a key "${key.key}"`)
  }
  const previous = previousKey && secrets.get(previousKey)?.trim()
  return { current, previous: previous === '' ? undefined : previous }
}

function nameOf({ settings: { namespace, name } }: EncryptionOptions): string {
  return `ConversationStore ${namespace}/${name}`
}
