import { createHmac } from 'node:crypto'
import { RecentMap } from '@fairlead/base'
import {
  keyRecordKind as recordKind,
  type KeptRecord,
  type RecordKey,
  type RecordStore,
} from '../stores/record-store.ts'
import {
  type EncryptionKey,
  newKey,
  unwrapKey,
  wrapKey,
  type WrappedKey,
} from './encryption-key.ts'
import { TextCipher, WrongKey } from './text-cipher.ts'

/** How many keys are kept in memory. */
const knownMax = 10_000
/** After which time it is looked whether another process has erased a key. */
const knownMs = 60_000
/** Pages are read within one deadline of the store, perhaps one key after another. */
const pageSize = 50

interface KeyringOptions {
  readonly records: RecordStore
  /** Wraps new keys. */
  readonly current: EncryptionKey
  /** With which keys may be wrapped as well. */
  readonly previous: readonly EncryptionKey[]
  readonly clock: { now(): number }
}

interface KnownKey {
  readonly key: Buffer | undefined
  readonly readAtMs: number
}

/**
 * The keys with which a store's contents are encrypted: one for each subject, and one in each tenant
 * for what has none. They are kept in the store, wrapped by a key that is not; without its own, what
 * is kept of a subject cannot be read by anybody.
 */
export class Keyring {
  readonly #options: KeyringOptions
  /** Those that were once current too, as long as the process lives. */
  readonly #wrapping = new Map<string, EncryptionKey>()
  #current: EncryptionKey
  readonly #known = new RecentMap<KnownKey>(knownMax)

  constructor(options: KeyringOptions) {
    this.#options = options
    this.#current = options.current
    this.use(options)
  }

  /** From now on, keys are wrapped by another one; `rewrap` does so with those that there are. */
  use({ current, previous }: Pick<KeyringOptions, 'current' | 'previous'>): void {
    this.#current = current
    for (const key of [...previous, current]) this.#wrapping.set(key.id, key)
  }

  /**
   * What encrypts a subject's contents, by the token of the subject; null for what has none. With
   * `creates`, a key that is not there is made. `isFresh` asks the store, whatever is known.
   */
  async cipherOf(
    tenant: string,
    subject: string | null,
    { creates = false, isFresh = false } = {},
  ): Promise<TextCipher> {
    const owner = ownerOf(subject)
    return new TextCipher(await this.#key({ tenant, owner, id: 'data' }, creates, isFresh))
  }

  /**
   * Opens something of a subject. Where the key at hand does not open it, another process may have erased
   * the subject, who has come again, with another key: then with the one that the store has now.
   */
  async opening<T>(
    tenant: string,
    subject: string | null,
    open: (cipher: TextCipher) => T,
  ): Promise<T> {
    const cipher = await this.cipherOf(tenant, subject)
    try {
      if (!cipher.isGone) return open(cipher)
    } catch (error) {
      if (!(error instanceof WrongKey)) throw error
    }
    return open(await this.cipherOf(tenant, subject, { isFresh: true }))
  }

  /**
   * A text as the store may see it, so that it can be looked for: the same for the same text, within a
   * tenant and a purpose.
   */
  async tokenOf(tenant: string, purpose: string, text: string): Promise<string> {
    const key = await this.#key({ tenant, owner: ownerOf(null), id: 'search' }, true, false)
    if (key === undefined) throw new Error('no key was made')
    const digest = createHmac('sha256', key).update(`${purpose}\0${text}`).digest('base64url')
    return digest.slice(0, 22)
  }

  /** Deletes the key of a subject: what was encrypted with it is gone, wherever there is a copy. */
  async erase(tenant: string, subject: string): Promise<void> {
    const owner = ownerOf(subject)
    await this.#options.records.removeOwner(tenant, owner)
    this.#known.delete(nameOf({ tenant, owner, id: 'data' }))
  }

  /** Rejects unless the keys that there are can be unwrapped, as far as the first of them tells. */
  async verify(): Promise<void> {
    const [first] = await this.#options.records.scan({ kind: recordKind, limit: 1 })
    if (first !== undefined) this.#unwrap(first)
  }

  /**
   * Wraps with the current key what others have wrapped. Returns how many keys that were. Rejects where
   * one cannot be unwrapped.
   */
  async rewrap(): Promise<number> {
    let count = 0
    let after: RecordKey | undefined
    for (;;) {
      const page = await this.#options.records.scan({
        kind: recordKind,
        limit: pageSize,
        ...(after === undefined ? {} : { after }),
      })
      for (const record of page) {
        if (wrappedIn(record).by !== this.#current.id && (await this.#rewrap(record))) count += 1
      }
      after = page.at(-1)
      if (after === undefined) return count
    }
  }

  async #rewrap(record: KeptRecord): Promise<boolean> {
    const { version, ...rest } = record
    const context = nameOf(record)
    const body = { ...wrapKey(this.#current, this.#unwrap(record), context) }
    return this.#options.records.put({ ...rest, body }, version)
  }

  async #key(
    place: Pick<RecordKey, 'tenant' | 'owner' | 'id'>,
    creates: boolean,
    isFresh: boolean,
  ): Promise<Buffer | undefined> {
    const { clock, records } = this.#options
    const name = nameOf(place)
    const known = this.#known.get(name)
    const isCurrent = !isFresh && known !== undefined && clock.now() - known.readAtMs < knownMs
    if (isCurrent && (known.key !== undefined || !creates)) return known.key
    const kept = await records.load({ kind: recordKind, ...place })
    let key = kept === undefined ? undefined : this.#unwrapped(kept, known?.key)
    if (key === undefined && creates) key = await this.#create(place)
    this.#known.set(name, { key, readAtMs: clock.now() })
    return key
  }

  async #create(place: Pick<RecordKey, 'tenant' | 'owner' | 'id'>): Promise<Buffer> {
    const { records } = this.#options
    const key = newKey()
    const body = { ...wrapKey(this.#current, key, nameOf(place)) }
    const record = { kind: recordKind, ...place, body, expiresAtMs: null }
    if (await records.put(record, null)) return key
    // Another process was first.
    const kept = await records.load(record)
    if (kept === undefined) throw new Error('the key of the encryption could not be stored')
    return this.#unwrap(kept)
  }

  /** A replica that has not heard of the newest wrapping key yet goes on with what it has unwrapped. */
  #unwrapped(record: KeptRecord, known: Buffer | undefined): Buffer {
    if (known !== undefined && !this.#wrapping.has(wrappedIn(record).by)) return known
    return this.#unwrap(record)
  }

  #unwrap(record: KeptRecord): Buffer {
    const wrapped = wrappedIn(record)
    const key = this.#wrapping.get(wrapped.by)
    if (key === undefined) {
      throw new Error(
        `the conversations are encrypted with a key (${wrapped.by}) that the Secret of spec.encryption does not have: put it back there, under the same name with previous- before it`,
      )
    }
    return unwrapKey(key, wrapped, nameOf(record))
  }
}

/** Whether a store has keys, and is therefore encrypted. */
export async function hasKeys(records: Pick<RecordStore, 'scan'>): Promise<boolean> {
  return (await records.scan({ kind: recordKind, limit: 1 })).length > 0
}

/** No token of a subject has a slash: records of subjects are erased without these. */
function ownerOf(subject: string | null): string {
  return subject === null ? 'subject:key/' : `subject:key/${subject}`
}

function nameOf({ tenant, owner, id }: Pick<RecordKey, 'tenant' | 'owner' | 'id'>): string {
  return JSON.stringify([tenant, owner, id])
}

function wrappedIn({ body }: KeptRecord): WrappedKey {
  return body as unknown as WrappedKey
}
