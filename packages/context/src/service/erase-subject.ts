import type { TurnStore } from '../stores/turn-store.ts'
import type { Notes } from './notes.ts'
import { checkSubject } from './validate-conversation.ts'

/** What one store deleted of a subject. */
export interface SubjectErasure {
  readonly conversations: number
  readonly turns: number
  readonly plans: number
  /** Kept responses of those conversations. */
  readonly responses: number
  readonly notes: number
  /** Ids of conversations that a legal hold keeps, `heldIdsMax` at most. */
  readonly held: readonly string[]
  /** Whether nothing is left but what is held; otherwise the same call deletes more. */
  readonly complete: boolean
}

/** The most parts in which one call deletes. */
const partsMax = 100

/** The most ids of held conversations that one call tells. */
const heldIdsMax = 1000

/**
 * Deletes the conversations of a subject with all that belongs to them, and its notes. Those go first:
 * none are made from then on of what is deleted.
 */
export async function eraseSubject(
  store: Pick<TurnStore, 'list' | 'removeSubject'>,
  memory: Pick<Notes, 'removeAll'>,
  { subject, tenant }: { readonly tenant: string; readonly subject: string },
): Promise<SubjectErasure> {
  checkSubject(subject)
  let notes = 0
  try {
    notes = await memory.removeAll({ tenant, subject })
  } catch {
    // A store without room gets some by what follows, which deletes the notes as well, and fails where
    // the store does.
  }
  const erased = { conversations: 0, turns: 0, plans: 0, responses: 0 }
  let complete = false
  let hasHeld = false
  for (let part = 0; part < partsMax && !complete; part++) {
    const removed = await store.removeSubject(tenant, subject)
    erased.conversations += removed.conversations
    erased.turns += removed.turns
    erased.plans += removed.plans
    erased.responses += removed.responses
    hasHeld = removed.held > 0
    complete = !removed.more
  }
  return { ...erased, notes, held: hasHeld ? await heldOf(store, tenant, subject) : [], complete }
}

async function heldOf(
  store: Pick<TurnStore, 'list'>,
  tenant: string,
  subject: string,
): Promise<readonly string[]> {
  const ids: string[] = []
  let after: string | undefined
  while (ids.length < heldIdsMax) {
    const page = await store.list(tenant, {
      limit: 100,
      order: 'asc',
      subject,
      ...(after === undefined ? {} : { after }),
    })
    if (page.outcome !== 'found') break
    const held = page.conversations.filter(({ ccp }) => ccp.retention.legal_hold)
    ids.push(...held.map(({ id }) => id))
    if (page.next === null) break
    after = page.next
  }
  return ids.slice(0, heldIdsMax)
}
