import type { Clock, Logger } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import { encryptedStore } from './encrypted-store.ts'
import { readEncryptionKey } from './encryption-key.ts'
import { hasKeys, Keyring } from './keyring.ts'

/** The texts of the keys that wrap those of subjects. */
export interface EncryptionKeys {
  readonly current: string
  /** The one before, by which some keys may still be wrapped. */
  readonly previous: string | undefined
}

interface EncryptedStore {
  readonly store: ContextStore
  /** Has all keys wrapped by another one. Rejects, without having changed anything, for what is no key. */
  readonly useKeys: (keys: EncryptionKeys) => Promise<void>
}

interface EncryptionTools {
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
}

/**
 * The store with its contents encrypted, once all its keys are wrapped by the current key: from then on
 * the previous one is not needed. Rejects for a text that is no key, and where a key is missing.
 */
export async function openEncrypted(
  store: ContextStore,
  keys: EncryptionKeys,
  { clock, logger }: EncryptionTools,
): Promise<EncryptedStore> {
  const keyring = new Keyring({ records: store.records, ...read(keys), clock })
  const rewrap = async () => {
    const count = await keyring.rewrap()
    if (count === 0) return
    logger.info(
      { keys: count },
      'the keys of the conversation store are wrapped by the current key',
    )
  }
  await rewrap()
  return {
    store: encryptedStore(store, keyring),
    useKeys(changed) {
      keyring.use(read(changed))
      return rewrap()
    },
  }
}

/** Rejects where a store is encrypted, and nothing says with which key. */
export async function refuseEncrypted(store: ContextStore): Promise<void> {
  if (!(await hasKeys(store.records))) return
  throw new Error(
    'the conversations are encrypted, and the ConversationStore has no spec.encryption: one that has it, with the key, can read them',
  )
}

function read({ current, previous }: EncryptionKeys) {
  return {
    current: readEncryptionKey(current),
    previous: previous === undefined ? [] : [readEncryptionKey(previous)],
  }
}
