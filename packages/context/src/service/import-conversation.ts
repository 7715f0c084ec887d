import { type Clock, isJsonObject } from '@fairlead/base'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { ConversationChange, TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import { conversationExists, subjectErased } from './conversation-errors.ts'
import { erasuresBefore } from './erasures-before.ts'
import { readImport, type ImportedConversation } from './imported-conversation.ts'

export interface ImportRequest {
  readonly tenant: string
  /** The parsed lines of an export. */
  readonly lines: readonly unknown[]
  /** Whether conversation and turns keep their ids; the conversation's must then be free. */
  readonly keepIds: boolean
  /** When the call came, in monotonic milliseconds; now when left out. */
  readonly receivedMs?: number
}

interface ImportParts {
  readonly store: Pick<TurnStore, 'append' | 'erasures' | 'remove'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly storeName: string
  readonly newId: NewId
  readonly nowMs: number
}

/** How many turns are stored at a time, so that others are served in between. */
const turnsPerChange = 200

/**
 * Stores an exported conversation under new ids. Those of items stay, as do the times; it is made
 * part by part and deleted again if one cannot be stored. Throws a ModelError: 400 `invalid_import`,
 * 409 `conversation_exists`, 410 `subject_erased`.
 */
export async function importConversation(
  { tenant, lines, keepIds, receivedMs }: ImportRequest,
  { store, storeName, newId, nowMs, clock }: ImportParts,
): Promise<Conversation> {
  const read = readImport(lines, { tenant, store: storeName, nowMs })
  const named = withNewIds(read, newId, keepIds)
  const { id, ccp } = named.conversation
  const { subject } = ccp
  const known =
    subject === null
      ? {}
      : { erasures: await erasuresBefore(store, { tenant, subject, receivedMs }, clock) }
  let isBegun = false
  try {
    for (const change of changesOf(named)) {
      const outcome = await store.append({ ...change, ...known })
      // One that is not there any more was erased as well.
      if (outcome === 'erased' || (outcome === 'missing' && subject !== null)) throw subjectErased()
      if (outcome !== 'stored') throw conversationExists(id)
      isBegun = true
    }
  } catch (error) {
    if (isBegun) await store.remove(tenant, id).catch(() => {})
    throw error
  }
  return named.conversation
}

/** The parts in which it is stored; only the last has branches and retention. */
function* changesOf({
  conversation,
  plans,
  turns,
}: ImportedConversation): Generator<ConversationChange> {
  const { ccp } = conversation
  const steps = stepsOf({ plans, turns })
  const before = ccp.revision - steps
  const bare = { head: null, branches: {}, retention: { expires_at: null, legal_hold: false } }
  for (let step = 1; step <= steps; step++) {
    const added = turns.slice((step - 1) * turnsPerChange, step * turnsPerChange)
    // One with each change, the last with the last.
    const plan = plans[step - 1 - steps + plans.length]
    const isLast = step === steps
    const revision = before + step
    yield {
      expectedRevision: step === 1 ? null : revision - 1,
      conversation: {
        ...conversation,
        ccp: { ...ccp, ...(isLast ? {} : bare), revision },
      },
      turns: added,
      ...(plan === undefined ? {} : { plan }),
    }
  }
}

/** How many changes it takes; no plan comes before the last turns. */
function stepsOf({ plans, turns }: Pick<ImportedConversation, 'plans' | 'turns'>): number {
  return Math.max(1, Math.ceil(turns.length / turnsPerChange)) + Math.max(0, plans.length - 1)
}

/** Plans always get new ids: theirs are known in the whole tenant. */
function withNewIds(
  { conversation, plans, turns }: ImportedConversation,
  newId: NewId,
  keepIds: boolean,
): ImportedConversation {
  const ids = new Map(plans.map(({ id }) => [id, newId('plan_')]))
  const id = keepIds ? conversation.id : newId('conv_')
  if (!keepIds) for (const turn of turns) ids.set(turn.id, newId('turn_'))
  const renamed = (known: string): string => ids.get(known) ?? known
  const orNull = (known: string | null): string | null => (known === null ? null : renamed(known))
  const { ccp } = conversation
  return {
    conversation: {
      ...conversation,
      id,
      ccp: {
        ...ccp,
        revision: Math.max(ccp.revision, stepsOf({ plans, turns })),
        head: orNull(ccp.head),
        branches: Object.fromEntries(
          Object.entries(ccp.branches).map(([name, head]) => [name, renamed(head)] as const),
        ),
        pinned: ccp.pinned.map(renamed),
      },
    },
    turns: turns.map((turn): Turn => ({
      ...turn,
      id: renamed(turn.id),
      conversation: id,
      parent: orNull(turn.parent),
      instructed_by: orNull(turn.instructed_by),
      supersedes: orNull(turn.supersedes),
      ...withRenamedPassages(turn, id, renamed),
      left_out: turn.left_out && {
        before: orNull(turn.left_out.before),
        turns: turn.left_out.turns.map(renamed),
      },
      // A plan that is not in the import is that of another conversation, or of none.
      plan: turn.plan === null ? null : (ids.get(turn.plan) ?? null),
    })),
    plans: plans.map((plan) => ({ ...renameIn(plan, renamed), conversation: id })),
  }
}

/** What is quoted of a turn names it, so that it goes where the turn's items are deleted. */
function withRenamedPassages(
  { retrieved }: Turn,
  conversation: string,
  renamed: (id: string) => string,
): Pick<Turn, 'retrieved'> {
  if (retrieved === undefined) return {}
  const passages = retrieved.passages.map((passage) =>
    passage.kind === 'turn'
      ? { ...passage, source: conversation, id: renamed(passage.id) }
      : passage,
  )
  return { retrieved: { ...retrieved, passages } }
}

/** The plan with every turn that it names under its new id. */
function renameIn(plan: ContextPlan, renamed: (id: string) => string): ContextPlan {
  const rename = (value: unknown): unknown => {
    if (typeof value === 'string') return renamed(value)
    if (Array.isArray(value)) return value.map(rename)
    if (!isJsonObject(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, rename(member)] as const),
    )
  }
  return rename(plan) as ContextPlan
}
