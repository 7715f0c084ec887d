import { compareText } from '@fairlead/base'
import { type RecordKey, subjectOwner } from '../stores/record-store.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { ConversationName } from './stored-part.ts'

/** Which conversations of a store are meant: those that meet all that is said; else all. */
export interface ConversationSelection {
  /** Or the Consumer, `namespace/name`, whose tenant it is whatever its UID. */
  readonly tenant?: string
  readonly subject?: string
  /** Ids; empty for any. */
  readonly conversations?: readonly string[]
}

const pageSize = 100

/** Whether a record of a subject is meant, too: those of all where no conversations are named. */
export function isMeantRecord(
  { owner, tenant }: Pick<RecordKey, 'owner' | 'tenant'>,
  selection: ConversationSelection,
): boolean {
  const { conversations = [], subject } = selection
  if (conversations.length > 0 || !isMeantTenant(tenant, selection)) return false
  return subject === undefined || owner === subjectOwner(subject)
}

/**
 * The conversations that are meant, by tenant and then by the time when they were created; those after
 * one of them, where that is named. Rejects where what it goes on from was deleted with its neighbours.
 */
export async function* selectConversations(
  store: Pick<TurnStore, 'conversation' | 'list' | 'tenants'>,
  selection: ConversationSelection,
  after?: ConversationName,
): AsyncGenerator<Conversation> {
  const known = await store.tenants()
  const tenants = known.filter((one) => isMeantTenant(one, selection)).toSorted(compareText)
  for (const tenant of tenants) {
    if (after !== undefined && tenant < after.tenant) continue
    const from = tenant === after?.tenant ? after.id : undefined
    yield* selection.conversations === undefined || selection.conversations.length === 0
      ? listed(store, tenant, selection.subject, from)
      : named(store, tenant, selection, from)
  }
}

function isMeantTenant(tenant: string, { tenant: meant }: ConversationSelection): boolean {
  if (meant === undefined || tenant === meant) return true
  return meant.includes('/') && tenant.startsWith(`${meant}@`)
}

async function* named(
  store: Pick<TurnStore, 'conversation'>,
  tenant: string,
  { conversations = [], subject }: ConversationSelection,
  after: string | undefined,
): AsyncGenerator<Conversation> {
  const start = after === undefined ? 0 : conversations.indexOf(after) + 1
  for (const id of conversations.slice(start)) {
    const found = await store.conversation(tenant, id)
    const isMeant = subject === undefined || found?.ccp.subject === subject
    if (found !== undefined && isMeant) yield found
  }
}

async function* listed(
  store: Pick<TurnStore, 'list'>,
  tenant: string,
  subject: string | undefined,
  from: string | undefined,
): AsyncGenerator<Conversation> {
  /** The ids of the page before: one of them still stands where the next page begins. */
  let before: readonly string[] = from === undefined ? [] : [from]
  let after: string | null | undefined = from
  do {
    const query = {
      limit: pageSize,
      order: 'asc',
      ...(subject !== undefined && { subject }),
    } as const
    const page = await store.list(tenant, after == null ? query : { ...query, after })
    if (page.outcome === 'unknown-after') {
      const rest: readonly string[] = before.slice(0, -1)
      after = rest.at(-1)
      if (after === undefined) throw new ConversationsGone(tenant)
      before = rest
      continue
    }
    const seen = new Set(before)
    for (const conversation of page.conversations) {
      if (!seen.has(conversation.id)) yield conversation
    }
    const ids = page.conversations.map(({ id }) => id)
    after = page.next
    before = after === null || ids.at(-1) === after ? ids : [...ids, after]
  } while (after !== null)
}

/** The conversations between which a list was to go on are deleted. */
class ConversationsGone extends Error {
  override readonly name = 'ConversationsGone'

  constructor(tenant: string) {
    super(
      `conversations of the tenant "${tenant}" were deleted while they were listed: run the command again`,
    )
  }
}
