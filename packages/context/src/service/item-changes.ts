import type { Clock } from '@fairlead/base'
import type { Item } from '@fairlead/llm'
import type { TurnStore } from '../stores/turn-store.ts'
import { appendItems } from '../turns/append-items.ts'
import type { Conversation } from '../turns/conversation.ts'
import { itemsOf } from '../turns/page-path.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import { withTurns } from '../turns/with-turns.ts'
import type { ConversationReference } from './change-conversation.ts'
import {
  conversationHeld,
  conversationLocked,
  conversationNotFound,
  itemNotFound,
  revisionConflict,
} from './conversation-errors.ts'
import type { StoredItem } from './conversations.ts'
import type { SummaryShelf } from './summary-shelf.ts'
import { turnsThatTell, withoutCompactions } from './turns-that-tell.ts'

/** How often a change is attempted when the conversation is changed meanwhile. */
const attempts = 5

interface ItemChangesOptions {
  /** With a deadline on every operation. */
  readonly store: TurnStore
  readonly shelf: Pick<SummaryShelf, 'beginDeletion' | 'endDeletion' | 'read'>
  readonly clock: Clock
  readonly newId: NewId
}

/** A change of a conversation, and what its caller is told. */
interface ItemChange<Result> {
  readonly conversation: Conversation
  readonly turns: readonly Turn[]
  readonly rewritten?: readonly Turn[]
  /** As in ConversationChange. True when left out. */
  readonly keepsEpoch?: boolean
  readonly result: Result
}

/** Items that are added to a conversation, or deleted, without asking a model. */
export class ItemChanges {
  readonly #store: TurnStore
  readonly #shelf: ItemChangesOptions['shelf']
  readonly #clock: Clock
  readonly #newId: NewId

  constructor({ clock, newId, shelf, store }: ItemChangesOptions) {
    this.#store = store
    this.#shelf = shelf
    this.#clock = clock
    this.#newId = newId
  }

  add(to: ConversationReference, items: readonly Item[]): Promise<readonly StoredItem[]> {
    const { tenant, id } = to
    const atSeconds = Math.floor(this.#clock.now() / 1000)
    return this.#change(to, async (conversation) => {
      const taken = await this.#takenIds(tenant, id, items)
      const head = await this.#headOf(tenant, conversation)
      const newId = this.#newId
      const turns = appendItems({ conversation, head, items, taken, newId, atSeconds })
      const grown = withTurns(conversation, turns)
      return { conversation: grown, turns, result: turns.flatMap(itemsOf) }
    })
  }

  async remove(from: ConversationReference, itemId: string): Promise<Conversation> {
    const { tenant, id } = from
    const owner = { tenant, conversation: id }
    const removed = await this.#change(from, async (conversation) => {
      const turns = await this.#store.turnsOfItem(tenant, id, itemId)
      if (turns.length === 0) {
        // Whoever deleted it may not have come to the end.
        await this.#shelf.endDeletion(owner, itemId)
        throw itemNotFound(itemId)
      }
      if (turns.some(({ status }) => status === 'in_progress')) throw conversationLocked(id, 1)
      const seqs = turns.map((turn) => turn.seq)
      const seq = Math.min(...seqs)
      const ccp = withoutSummaryOf(seq, conversation.ccp)
      if (ccp.retention.legal_hold) throw conversationHeld(id)
      const changed: Conversation = {
        ...conversation,
        ccp: { ...ccp, revision: ccp.revision + 1, rewrites: ccp.rewrites + 1 },
      }
      const telling = await turnsThatTell(this.#store, conversation, turns)
      if (telling === 'running') throw conversationLocked(id, 1)
      if (await this.#mayBringBack(conversation, seq)) throw conversationLocked(id, 1)
      // First what was made of its text: if it fails in between, the item can still be deleted.
      await this.#shelf.beginDeletion(owner, { item: itemId, nowMs: this.#clock.now(), seqs })
      const rewritten = [...turns.map((turn) => withoutItem(turn, itemId)), ...telling]
      const keepsEpoch = ccp === conversation.ccp
      return { conversation: changed, turns: [], rewritten, keepsEpoch, result: changed }
    })
    await this.#shelf.endDeletion(owner, itemId)
    return removed
  }

  /** Whether a turn runs whose end may store the epoch of a prompt with a summary from a `seq` on. */
  async #mayBringBack({ ccp, id }: Conversation, seq: number): Promise<boolean> {
    const { tenant } = ccp
    const { isKnown, ready } = await this.#shelf.read(tenant, id)
    const told = [ccp.epoch.summary?.to_seq ?? 0, ...ready.map((one) => one.to_seq)]
    if (isKnown && Math.max(...told) < seq) return false
    const basis = await this.#store.basis(tenant, id, { pathMax: 0 })
    return basis?.running !== undefined
  }

  async #takenIds(tenant: string, id: string, items: readonly Item[]): Promise<Set<string>> {
    const taken = new Set<string>()
    for (const item of items) {
      if (item.id === undefined) continue
      const used = await this.#store.item(tenant, id, item.id)
      if (used !== undefined) taken.add(item.id)
    }
    return taken
  }

  async #headOf(tenant: string, { ccp, id }: Conversation): Promise<Turn | undefined> {
    return ccp.head === null ? undefined : this.#store.turn(tenant, id, ccp.head)
  }

  async #change<Result>(
    { tenant, id, expectedRevision: expected }: ConversationReference,
    make: (conversation: Conversation) => Promise<ItemChange<Result>>,
  ): Promise<Result> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const stored = await this.#store.conversation(tenant, id)
      if (stored === undefined) throw conversationNotFound(id)
      const expectedRevision = stored.ccp.revision
      if (expected !== undefined && expected !== expectedRevision) {
        throw revisionConflict(id, expected, expectedRevision)
      }
      const { result, ...change } = await make(stored)
      if (change.conversation === stored) return result
      const outcome = await this.#store.append({ expectedRevision, keepsEpoch: true, ...change })
      if (outcome === 'stored') return result
      if (outcome === 'locked') break
    }
    throw conversationLocked(id, 1)
  }
}

/** The next prompt begins with the turns themselves where a summary has something that is deleted. */
function withoutSummaryOf(seq: number, ccp: Conversation['ccp']): Conversation['ccp'] {
  const { summary, ...epoch } = ccp.epoch
  if (summary === undefined || summary.to_seq < seq) return ccp
  return { ...ccp, epoch: { ...epoch, from_turn: null, rule: '' } }
}

function withoutItem(turn: Turn, itemId: string): Turn {
  const without = (items: readonly Item[]) => items.filter((item) => item.id !== itemId)
  return {
    ...turn,
    instructions: without(turn.instructions),
    input: without(turn.input),
    output: without(withoutCompactions(turn.output)),
  }
}
