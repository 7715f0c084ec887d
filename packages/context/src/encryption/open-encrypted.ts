import type { Clock, Logger } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import { encryptedStore } from './encrypted-store.ts'
import { readEncryptionKey } from './encryption-key.ts'
import { hasKeys, Keyring } from './keyring.ts'

interface EncryptionOptions {
  /** The text of the key that wraps the keys of subjects. */
  readonly current: string
  /** Those that did before, of which some keys may still be wrapped. */
  readonly previous: readonly string[]
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
}

/**
 * The store with its contents encrypted, once all its keys are wrapped by the current key: from then on
 * the previous ones are not needed. Rejects for a text that is no key, and where a key is missing.
 */
export async function openEncrypted(
  store: ContextStore,
  { clock, current, logger, previous }: EncryptionOptions,
): Promise<ContextStore> {
  const keyring = new Keyring({
    records: store.records,
    current: readEncryptionKey(current),
    previous: previous.map(readEncryptionKey),
    clock,
  })
  const count = await keyring.rewrap()
  if (count > 0) {
    logger.info({ keys: count }, 'the keys of the conversation store are wrapped by the new key')
  }
  return encryptedStore(store, keyring)
}

/** Rejects where a store is encrypted, and nothing says with which key. */
export async function refuseEncrypted(store: ContextStore): Promise<void> {
  if (!(await hasKeys(store.records))) return
  throw new Error(
    'the conversations are encrypted, and spec.encryption of the ConversationStore names no key: restore it',
  )
}
