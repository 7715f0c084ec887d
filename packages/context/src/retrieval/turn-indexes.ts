import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import { TurnIndex } from './turn-index.ts'

const defaultBytesMax = 64 * 1024 * 1024

/** How many turns are read at a time. */
const turnsPerPage = 50

interface KnownIndex {
  readonly createdAt: number
  readonly rewrites: number
  readonly index: TurnIndex
  /** Ends when it has what there is, or when it cannot be read; undefined while nothing is read. */
  growing: Promise<void> | undefined
}

/**
 * The indexes of the conversations that were used last, bounded by bytes. What was added meanwhile, in
 * whatever process, is read from the store; what takes longer than a call waits is read on all the
 * same, for the next one.
 */
export class TurnIndexes {
  readonly #store: Pick<TurnStore, 'turnPage'>
  readonly #bytesMax: number
  /** The least recently used comes first. */
  readonly #known = new Map<string, KnownIndex>()

  constructor(store: Pick<TurnStore, 'turnPage'>, bytesMax = defaultBytesMax) {
    this.#store = store
    this.#bytesMax = bytesMax
  }

  /** The index with every turn that the conversation has. Rejects where it cannot be read. */
  async indexOf(conversation: Conversation): Promise<TurnIndex> {
    const known = this.#knownOf(conversation)
    const { turns } = conversation.ccp
    while ((known.index.last?.seq ?? 0) < turns) {
      const before = known.index.last?.seq
      known.growing ??= this.#grow(known, conversation).finally(() => (known.growing = undefined))
      await known.growing
      if (known.index.last?.seq === before) break
    }
    this.#trim()
    return known.index
  }

  /** Adds a turn that has ended, where the index of its conversation has all before it. */
  ended({ ccp, id }: Conversation, turn: Turn): void {
    const known = this.#known.get(keyOf(ccp.tenant, id))
    if (known === undefined || known.growing !== undefined) return
    if ((known.index.last?.seq ?? 0) === turn.seq - 1) known.index.add(turn)
  }

  #knownOf(conversation: Conversation): KnownIndex {
    const { created_at: createdAt, ccp, id } = conversation
    const key = keyOf(ccp.tenant, id)
    const known = this.#known.get(key)
    this.#known.delete(key)
    const isCurrent =
      known?.createdAt === createdAt &&
      known.rewrites === ccp.rewrites &&
      (known.index.last?.seq ?? 0) <= ccp.turns
    const { rewrites } = ccp
    const current =
      known !== undefined && isCurrent
        ? known
        : { createdAt, rewrites, index: new TurnIndex(), growing: undefined }
    this.#known.set(key, current)
    return current
  }

  async #grow({ index }: KnownIndex, { ccp, id }: Conversation): Promise<void> {
    for (let hasMore = true; hasMore;) {
      const after = index.last?.id
      const query = { limit: turnsPerPage, order: 'asc', ...(after && { after }) } as const
      const page = await this.#store.turnPage(ccp.tenant, id, query)
      if (page.outcome !== 'found') return
      for (const turn of page.entries) {
        // What runs is still to change, and nothing that has ended comes after it.
        if (turn.status === 'in_progress') return
        index.add(turn)
      }
      hasMore = page.hasMore
    }
  }

  #trim(): void {
    let bytes = 0
    for (const [key, { index }] of [...this.#known].toReversed()) {
      bytes += index.size
      if (bytes > this.#bytesMax) this.#known.delete(key)
    }
  }
}

function keyOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id])
}
