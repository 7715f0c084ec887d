import { isJsonObject } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import {
  isConversationOwner,
  ownerSubject,
  type KeptRecord,
  type RecordKey,
  type RecordStore,
  subjectOwner,
} from '../stores/record-store.ts'
import type { ConversationCiphers } from './conversation-ciphers.ts'
import type { Keyring } from './keyring.ts'
import { isSealedText, openUnlessGone, type TextCipher } from './text-cipher.ts'

/** Records whose bodies are encrypted with the key of their subject, or of their conversation's. */
export function encryptedRecords(
  { records, erasures: erasuresIn }: Pick<ContextStore, 'records' | 'erasures'>,
  keyring: Keyring,
  conversations: ConversationCiphers,
): RecordStore {
  const erasuresOf = async (tenant: string, owner: string) => {
    const subject = ownerSubject(owner)
    return subject === null ? undefined : (await erasuresIn(tenant, subject)).count
  }
  const subjectOf = (owner: string) => ownerSubject(owner) ?? ''
  const tokenOf = (tenant: string, owner: string) =>
    keyring.tokenOf(tenant, 'subject', subjectOf(owner))
  /** The owner as the store sees it. */
  const sealedOwner = async (tenant: string, owner: string) =>
    isConversationOwner(owner) ? owner : subjectOwner(await tokenOf(tenant, owner))
  const cipherOf = async (tenant: string, owner: string): Promise<TextCipher> =>
    isConversationOwner(owner)
      ? conversations.cipherOfConversation(tenant, owner, true)
      : // Another process may just have erased the subject.
        keyring.cipherOf(tenant, await tokenOf(tenant, owner), { creates: true, isFresh: true })
  /** Opens something of an owner, who is named as the store sees it. */
  const opening = <T>(tenant: string, owner: string, open: (cipher: TextCipher) => T) =>
    isConversationOwner(owner)
      ? conversations.opening(tenant, owner, open)
      : keyring.opening(tenant, subjectOf(owner), open)
  const named = async (key: RecordKey): Promise<RecordKey> => ({
    ...key,
    owner: await sealedOwner(key.tenant, key.owner),
  })
  return {
    async load(key) {
      const sealed = await named(key)
      const record = await records.load(sealed)
      if (record === undefined) return undefined
      return opening(key.tenant, sealed.owner, (cipher) => opened(record, key.owner, cipher))
    },
    async put(record, expectedVersion, erasures) {
      const { tenant } = record
      const owner = await sealedOwner(tenant, record.owner)
      // Known before the key is, so that nothing is stored with one that has been erased.
      const known = erasures ?? (await erasuresOf(tenant, owner))
      const cipher = await cipherOf(tenant, record.owner)
      const sealed = cipher.seal({ body: record.body, owner: record.owner }, contextOf(record))
      return records.put({ ...record, owner, body: { sealed } }, expectedVersion, known)
    },
    async list(query) {
      const owner = await sealedOwner(query.tenant, query.owner)
      const page = await records.list({ ...query, owner })
      return opening(query.tenant, owner, (cipher) =>
        page.map((record) => opened(record, query.owner, cipher)),
      )
    },
    async scan({ after, ...query }) {
      const page = await records.scan({
        ...query,
        ...(after === undefined ? {} : { after: await named(after) }),
      })
      return Promise.all(
        page.map((record) =>
          opening(record.tenant, record.owner, (cipher) => opened(record, undefined, cipher)),
        ),
      )
    },
    remove: async (key) => records.remove(await named(key)),
    removeOwner: async (tenant, owner) =>
      records.removeOwner(tenant, await sealedOwner(tenant, owner)),
    expire: () => records.expire(),
  }
}

/** A record whose key is gone has nothing in its body. */
function opened(record: KeptRecord, owner: string | undefined, cipher: TextCipher): KeptRecord {
  const { sealed } = record.body
  if (!isSealedText(sealed)) return owner === undefined ? record : { ...record, owner }
  const told = openUnlessGone(sealed, contextOf(record), cipher)
  const { body, owner: own = record.owner } = isJsonObject(told) ? told : {}
  return { ...record, owner: owner ?? String(own), body: isJsonObject(body) ? body : {} }
}

/** Whoever has the key has the owner: it needs no place in the context. */
function contextOf({ id, kind }: Pick<KeptRecord, 'id' | 'kind'>): string {
  return `${kind} ${id}`
}
