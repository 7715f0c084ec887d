import type { Logger } from '@fairlead/base'
import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import { TurnIndex, type TurnSegment } from './turn-index.ts'
import type { WordOwner, WordShelf } from './word-shelf.ts'

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

interface TurnIndexesOptions {
  /** With a deadline on every operation. */
  readonly store: Pick<TurnStore, 'conversation' | 'turnPage'>
  /** Where finished parts of indexes are kept. */
  readonly shelf: WordShelf
  readonly logger: Logger
  /** 64 MiB when left out. */
  readonly bytesMax?: number
}

/**
 * The indexes of the conversations that were used last, bounded by bytes. What was added meanwhile, in
 * whatever process, is read from the store; what takes longer than a call waits is read on all the
 * same, for the next one.
 */
export class TurnIndexes {
  readonly #options: TurnIndexesOptions
  /** The least recently used comes first. */
  readonly #known = new Map<string, KnownIndex>()

  constructor(options: TurnIndexesOptions) {
    this.#options = options
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
  ended(conversation: Conversation, turn: Turn): void {
    const { ccp, id } = conversation
    const known = this.#known.get(keyOf(ccp.tenant, id))
    if (known === undefined || known.growing !== undefined) return
    // Another one may have had this id before.
    if (known.createdAt !== conversation.created_at || known.rewrites !== ccp.rewrites) return
    if ((known.index.last?.seq ?? 0) !== turn.seq - 1) return
    this.#keep(conversation, known, known.index.add(turn))
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

  async #grow(known: KnownIndex, conversation: Conversation): Promise<void> {
    const { index } = known
    const { ccp, id } = conversation
    if (index.last === undefined) await this.#readKept(index, ownerOf(conversation))
    for (let hasMore = true; hasMore;) {
      const after = index.last?.id
      const query = { limit: turnsPerPage, order: 'asc', ...(after && { after }) } as const
      const page = await this.#options.store.turnPage(ccp.tenant, id, query)
      if (page.outcome !== 'found') return
      for (const turn of page.entries) {
        // What runs is still to change, and nothing that has ended comes after it.
        if (turn.status === 'in_progress') return
        this.#keep(conversation, known, index.add(turn))
      }
      hasMore = page.hasMore
    }
  }

  /** Without what was kept, all of it is read as it was said. */
  async #readKept(index: TurnIndex, owner: WordOwner): Promise<void> {
    const { logger, shelf } = this.#options
    try {
      for await (const segments of shelf.read(owner)) {
        for (const segment of segments) index.addSegment(segment)
      }
    } catch (error) {
      const { conversation } = owner
      logger.warn({ err: error, conversation }, 'the kept index of a conversation was not read')
    }
  }

  /** Keeps a segment, while nobody waits for it. */
  #keep(
    conversation: Conversation,
    { rewrites }: KnownIndex,
    segment: TurnSegment | undefined,
  ): void {
    if (segment === undefined) return
    const { logger } = this.#options
    this.#keepIfCurrent(ownerOf(conversation), segment, rewrites).catch((error: unknown) => {
      const { id } = conversation
      logger.warn({ err: error, conversation: id }, 'the index of a conversation was not kept')
    })
  }

  /** What was deleted meanwhile is in no index. */
  async #keepIfCurrent(owner: WordOwner, segment: TurnSegment, rewrites: number): Promise<void> {
    const { shelf, store } = this.#options
    const { conversation, tenant } = owner
    if (!(await shelf.put(owner, segment))) return
    const now = await store.conversation(tenant, conversation)
    if (now?.ccp.rewrites === rewrites) return
    const seqs = segment.turns.map(({ seq }) => seq)
    await shelf.removeTurns(tenant, conversation, seqs)
  }

  #trim(): void {
    const { bytesMax = defaultBytesMax } = this.#options
    let bytes = 0
    for (const [key, { index }] of [...this.#known].toReversed()) {
      bytes += index.size
      if (bytes > bytesMax) this.#known.delete(key)
    }
  }
}

function keyOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id])
}

function ownerOf({ ccp, id }: Conversation): WordOwner {
  return { tenant: ccp.tenant, conversation: id }
}
