import { isJsonObject } from '@fairlead/base'
import {
  isConversationOwner,
  type KeptRecord,
  type RecordKey,
  type RecordStore,
  subjectOwner,
} from '../stores/record-store.ts'
import type { ConversationCiphers } from './conversation-ciphers.ts'
import type { Keyring } from './keyring.ts'
import { isSealedText, type TextCipher } from './text-cipher.ts'

/** Records whose bodies are encrypted with the key of their subject, or of their conversation's. */
export function encryptedRecords(
  records: RecordStore,
  keyring: Keyring,
  conversations: ConversationCiphers,
): RecordStore {
  const subjectOf = (owner: string) => owner.slice(subjectOwner('').length)
  /** The owner as the store sees it, and what encrypts its records. */
  const ownerOf = async (
    tenant: string,
    owner: string,
    creates: boolean,
  ): Promise<{ readonly owner: string; readonly cipher: TextCipher }> => {
    if (isConversationOwner(owner)) {
      return { owner, cipher: await conversations.cipherOfConversation(tenant, owner, creates) }
    }
    const token = await keyring.tokenOf(tenant, 'subject', subjectOf(owner))
    const cipher = await keyring.cipherOf(tenant, token, { creates })
    return { owner: subjectOwner(token), cipher }
  }
  const named = async (key: RecordKey): Promise<RecordKey> => ({
    ...key,
    owner: (await ownerOf(key.tenant, key.owner, false)).owner,
  })
  return {
    async load(key) {
      const { cipher, owner } = await ownerOf(key.tenant, key.owner, false)
      const record = await records.load({ ...key, owner })
      return record && opened(record, key.owner, cipher)
    },
    async put(record, expectedVersion) {
      const { cipher, owner } = await ownerOf(record.tenant, record.owner, true)
      const sealed = cipher.seal({ body: record.body, owner: record.owner }, contextOf(record))
      return records.put({ ...record, owner, body: { sealed } }, expectedVersion)
    },
    async list(query) {
      const { cipher, owner } = await ownerOf(query.tenant, query.owner, false)
      const page = await records.list({ ...query, owner })
      return page.map((record) => opened(record, query.owner, cipher))
    },
    async scan({ after, ...query }) {
      const page = await records.scan({
        ...query,
        ...(after === undefined ? {} : { after: await named(after) }),
      })
      return Promise.all(
        page.map(async (record) => {
          const cipher = isConversationOwner(record.owner)
            ? await conversations.cipherOfConversation(record.tenant, record.owner)
            : await keyring.cipherOf(record.tenant, subjectOf(record.owner))
          return opened(record, undefined, cipher)
        }),
      )
    },
    remove: async (key) => records.remove(await named(key)),
    async removeOwner(tenant, owner) {
      return records.removeOwner(tenant, (await ownerOf(tenant, owner, false)).owner)
    },
    expire: () => records.expire(),
  }
}

/** A record that cannot be read has nothing in its body. */
function opened(record: KeptRecord, owner: string | undefined, cipher: TextCipher): KeptRecord {
  const { sealed } = record.body
  if (!isSealedText(sealed)) return owner === undefined ? record : { ...record, owner }
  try {
    const told = cipher.open(sealed, contextOf(record))
    const { body, owner: own } = isJsonObject(told) ? told : {}
    return { ...record, owner: owner ?? String(own), body: isJsonObject(body) ? body : {} }
  } catch {
    return { ...record, owner: owner ?? record.owner, body: {} }
  }
}

/** Whoever has the key has the owner: it needs no place in the context. */
function contextOf({ id, kind }: Pick<KeptRecord, 'id' | 'kind'>): string {
  return `${kind} ${id}`
}
