import { hash } from 'node:crypto'
import { canonicalJson } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import {
  isConversationOwner,
  type KeptRecord,
  ownerSubject,
  type RecordKey,
} from '../stores/record-store.ts'
import { readSubjectRecords, scannedRecords } from './read-stored.ts'

interface CopiedStores {
  readonly from: ContextStore
  readonly to: ContextStore
  /** Name of the ConversationStore that is copied. */
  readonly source: string
  /** Whether what is gone there was deleted there, and is to be deleted here; otherwise it stays. */
  readonly mayRemove: boolean
}

/** Beside what was copied, until everything is: from where, and what it was. */
export const copyKind = 'copied-from'

/**
 * Brings the records of subjects to what they are in another store, and deletes those that were copied
 * and are gone there. What was changed in `to` since it was copied is left alone: resolves to whose that
 * is, as `tenant/owner`.
 */
export async function copySubjectRecords(
  { from, mayRemove, source, to }: CopiedStores,
  isMeant: (record: RecordKey) => boolean,
): Promise<readonly string[]> {
  const left: string[] = []
  for await (const { record: listed } of readSubjectRecords(from)) {
    if (!isMeant(listed)) continue
    const erasures = (await to.erasures(listed.tenant, ownerSubject(listed.owner) ?? '')).count
    // What was listed may have been erased in both since.
    const loaded = await from.records.load(listed)
    if (loaded === undefined) continue
    const { version: _, ...record } = loaded
    const there = await to.records.load(record)
    const mark = await to.records.load(markOf(record))
    const digest = digestOf(record)
    const known = there === undefined ? undefined : digestOf(there)
    // The same came there in another way, and is not ours to delete.
    if (known === digest && mark === undefined) continue
    // An older backup of the source must not take back what was noted since.
    const isCopy = mayRemove && mark?.body['digest'] === known
    const isOurs = known === undefined || known === digest || isCopy
    const isStored =
      isOurs &&
      (known === digest || (await to.records.put(record, there?.version ?? null, erasures)))
    if (!isStored) {
      left.push(`${record.tenant}/${record.owner}`)
      continue
    }
    if (mark?.body['digest'] === digest) continue
    const body = { source, kind: record.kind, id: record.id, digest }
    await to.records.put(
      { ...markOf(record), body, expiresAtMs: record.expiresAtMs },
      mark?.version ?? null,
      erasures,
    )
  }
  for await (const mark of scannedRecords(to.records, copyKind)) {
    const { digest, id, kind, source: copied } = mark.body
    if (isConversationOwner(mark.owner) || copied !== source) continue
    if (!isMeant(mark)) continue
    const key = { tenant: mark.tenant, owner: mark.owner, kind: String(kind), id: String(id) }
    if ((await from.records.load(key)) !== undefined) continue
    const there = await to.records.load(key)
    if (there !== undefined && digestOf(there) === digest) {
      if (mayRemove) await to.records.remove(key)
      else left.push(`${mark.tenant}/${mark.owner}`)
    }
    await to.records.remove(mark)
  }
  return left
}

function markOf({ id, kind, owner, tenant }: RecordKey): RecordKey {
  return { kind: copyKind, tenant, owner, id: `${kind}/${id}` }
}

function digestOf({ body, expiresAtMs }: Pick<KeptRecord, 'body' | 'expiresAtMs'>): string {
  return hash('sha256', canonicalJson([body, expiresAtMs]))
}
