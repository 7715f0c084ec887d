import type { Clock, Logger, Timer } from '@fairlead/base'
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
  /** Has all keys wrapped by another one, in the background. Throws for what is no key. */
  readonly useKeys: (keys: EncryptionKeys) => void
  /** Resolves when all keys are wrapped by the current one. */
  readonly wrapped: () => Promise<void>
}

interface EncryptionTools {
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
  readonly logger: Logger
}

/** How soon it is tried again to wrap the keys, where the store does not work or a key is missing. */
const retryMs = 10_000

/**
 * The store with its contents encrypted. Keys that another key has wrapped are wrapped by the current
 * one in the background; once the log says so, the previous one is not needed. Rejects for a text that
 * is no key, and where the key is missing that has wrapped what there is.
 */
export async function openEncrypted(
  store: ContextStore,
  keys: EncryptionKeys,
  { clock, logger }: EncryptionTools,
): Promise<EncryptedStore> {
  const keyring = new Keyring({ records: store.records, ...read(keys), clock })
  await keyring.verify()
  let wrapping = Promise.resolve()
  let retry: Timer | undefined
  let isClosed = false
  const wrap = async () => {
    retry?.cancel()
    try {
      const count = await keyring.rewrap()
      if (count > 0) {
        logger.info(
          { keys: count },
          'the keys of a conversation store are wrapped by the current key',
        )
      }
    } catch (error) {
      if (isClosed) return
      logger.error(
        { err: error },
        'the keys of a conversation store are not wrapped by the current key yet',
      )
      retry = clock.setTimer(retryMs, begin)
    }
  }
  const begin = () => {
    wrapping = wrapping.then(wrap)
  }
  begin()
  return {
    store: {
      ...encryptedStore(store, keyring),
      async close() {
        isClosed = true
        retry?.cancel()
        await wrapping
        await store.close()
      },
    },
    useKeys(changed) {
      keyring.use(read(changed))
      begin()
    },
    wrapped: () => wrapping,
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
