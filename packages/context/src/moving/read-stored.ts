import type { ContextStore } from '../stores/context-store.ts'
import { hasEnded } from '../stores/kept-response.ts'
import type { KeptRecord, RecordKey } from '../stores/record-store.ts'
import { plansPerConversation } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import { movedRecordKinds, type StoredPart, type StoredRecord } from './stored-part.ts'

/** What is read of a store. */
export type ReadableStore = Pick<
  ContextStore,
  'basis' | 'conversation' | 'list' | 'plan' | 'records' | 'responses' | 'tenants' | 'turnPage'
>

const turnsPerPage = 10
const recordsPerPage = 100

/**
 * All that is kept of a conversation as it was read before: turns that were added since are left out,
 * and one that runs is told as incomplete, with what there is of it.
 */
export async function* readStored(
  store: ReadableStore,
  conversation: Conversation,
): AsyncGenerator<StoredPart> {
  const { id, ccp } = conversation
  const { tenant } = ccp
  yield { object: 'stored.conversation', conversation }
  const responses: string[] = []
  const plans: string[] = []
  for await (const turn of turnsOf(store, conversation)) {
    if (turn.response !== null) responses.push(turn.response)
    if (turn.plan !== null) plans.push(turn.plan)
    plans.splice(0, plans.length - plansPerConversation)
    yield { object: 'stored.turn', turn }
  }
  for (const responseId of responses) {
    const response = await store.responses.load(tenant, responseId)
    if (response !== undefined && hasEnded(response.status)) {
      yield { object: 'stored.response', response }
    }
  }
  for (const planId of plans) {
    const plan = await store.plan(tenant, planId)
    if (plan?.conversation === id) yield { object: 'stored.plan', plan }
  }
  yield { object: 'stored.end', tenant, id }
  yield* readRecords(store, conversation)
}

/** The records beside a conversation. */
export async function* readRecords(
  { records }: Pick<ContextStore, 'records'>,
  { ccp: { tenant }, id: owner }: Conversation,
): AsyncGenerator<StoredRecord> {
  for (const kind of movedRecordKinds) {
    let after: string | undefined
    for (;;) {
      const query = { tenant, kind, owner, limit: recordsPerPage, ...(after && { after }) }
      const page = await records.list(query)
      if (page.length === 0) break
      for (const record of page) yield storedRecord(record)
      after = page.at(-1)?.id
    }
  }
}

/** The records of subjects, of all tenants. */
export async function* readSubjectRecords({
  records,
}: Pick<ContextStore, 'records'>): AsyncGenerator<StoredRecord> {
  for (const kind of movedRecordKinds) {
    for await (const record of scannedRecords(records, kind)) {
      if (record.owner.startsWith('subject:')) yield storedRecord(record)
    }
  }
}

/** All records of a kind. */
export async function* scannedRecords(
  records: ContextStore['records'],
  kind: string,
): AsyncGenerator<KeptRecord> {
  let after: RecordKey | undefined
  for (;;) {
    const page = await records.scan({ kind, limit: recordsPerPage, ...(after && { after }) })
    if (page.length === 0) return
    yield* page
    after = page.at(-1)
  }
}

async function* turnsOf(
  store: ReadableStore,
  { id, ccp: { tenant, turns } }: Conversation,
): AsyncGenerator<Turn> {
  let after: string | undefined
  for (;;) {
    const query = { limit: turnsPerPage, order: 'asc', ...(after && { after }) } as const
    const page = await store.turnPage(tenant, id, query)
    // Deleted while it was read: what there is of it ends here.
    if (page.outcome !== 'found') return
    for (const { unreadable: _, ...turn } of page.entries) {
      if (turn.seq > turns) return
      yield turn.status === 'in_progress'
        ? { ...turn, status: 'incomplete', completed_at: turn.created_at }
        : turn
    }
    if (!page.hasMore) return
    after = page.entries.at(-1)?.id
  }
}

function storedRecord(kept: KeptRecord): StoredRecord {
  const { version: _, ...record } = kept
  return { object: 'stored.record', record }
}
