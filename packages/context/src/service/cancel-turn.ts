import { conversationNotFound, turnNotFound } from './conversation-errors.ts'
import type { ConversationsOptions } from './conversations-options.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import type { Turn } from '../turns/turn.ts'
import { withinDeadline } from './store-deadline.ts'

/** Longer than a turn is given to leave its place. */
const leaveWaitMs = 3000

interface CancelledTurn {
  readonly tenant: string
  readonly conversation: string
  /** Whichever runs when left out. */
  readonly turn?: string | undefined
}

/**
 * Ends a running turn as `cancelled`, with what came, wherever it runs, and returns it as it is
 * stored. One that does not end in time is ended in the store: what it still writes is ignored. One
 * that has ended is returned as it is, and so is the newest when none runs. Throws a ModelError 404.
 */
export async function cancelTurn(
  { tenant, conversation: id, turn: named }: CancelledTurn,
  store: TurnStore,
  { clock, deadlineMs, places }: Required<ConversationsOptions>,
): Promise<Turn> {
  const before = await turnIn(store, tenant, id, named)
  if (named !== undefined && before.status !== 'in_progress') return before
  const waitMs = deadlineMs + leaveWaitMs
  await withinDeadline(clock, waitMs, () => places.cancel(tenant, id, named))
  const after = await turnIn(store, tenant, id, before.id)
  if (after.status !== 'in_progress') return after
  const completed_at = Math.floor(clock.now() / 1000)
  await store.finish(tenant, { turn: { ...after, status: 'cancelled', completed_at } })
  return turnIn(store, tenant, id, before.id)
}

/** The turn that is named, else the one that runs, else the newest. */
async function turnIn(
  store: TurnStore,
  tenant: string,
  id: string,
  named: string | undefined,
): Promise<Turn> {
  const turn =
    named === undefined
      ? ((await store.basis(tenant, id, { pathMax: 0 }))?.running ??
        (await newestOf(store, tenant, id)))
      : await store.turn(tenant, id, named)
  if (turn !== undefined) return turn
  if ((await store.conversation(tenant, id)) === undefined) throw conversationNotFound(id)
  throw turnNotFound(named)
}

async function newestOf(store: TurnStore, tenant: string, id: string): Promise<Turn | undefined> {
  const page = await store.turnPage(tenant, id, { limit: 1, order: 'desc' })
  return page.outcome === 'found' ? page.entries[0] : undefined
}
