import { TurnVectors } from '../retrieval/turn-vectors.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { ShelvedWork, VectorOwner, VectorShelf } from './vector-shelf.ts'

const defaultBytesMax = 64 * 1024 * 1024

interface KnownVectors {
  readonly createdAt: number
  readonly rewrites: number
  vectors: TurnVectors
  /** Of the record of the work when it was read. */
  version: number | null
  /** Resolves when it has what there is; undefined while nothing is read. */
  reading: Promise<ShelvedWork> | undefined
}

/** Vectors of a conversation, and what is known of their making. */
interface CurrentVectors extends ShelvedWork {
  readonly vectors: TurnVectors
}

/**
 * The vectors of the conversations that were used last, bounded by bytes. What was added meanwhile, in
 * whatever process, is read from the store; what takes longer than a call waits is read on all the
 * same, for the next one.
 */
export class ConversationVectors {
  readonly #shelf: VectorShelf
  readonly #bytesMax: number
  /** The least recently used comes first. */
  readonly #known = new Map<string, KnownVectors>()

  constructor(shelf: VectorShelf, bytesMax = defaultBytesMax) {
    this.#shelf = shelf
    this.#bytesMax = bytesMax
  }

  /** Those that one model made, as far as they are made. Rejects where they cannot be read. */
  async current(conversation: Conversation, model: string): Promise<CurrentVectors> {
    const owner = { tenant: conversation.ccp.tenant, conversation: conversation.id, model }
    const known = this.#knownOf(conversation, owner)
    known.reading ??= this.#read(known, owner).finally(() => (known.reading = undefined))
    const shelved = await known.reading
    this.#trim()
    return { ...shelved, vectors: known.vectors }
  }

  /** Forgets them, and so they are read again. */
  forget(owner: VectorOwner): void {
    this.#known.delete(keyOf(owner))
  }

  #knownOf({ ccp, created_at: createdAt }: Conversation, owner: VectorOwner): KnownVectors {
    const key = keyOf(owner)
    const known = this.#known.get(key)
    this.#known.delete(key)
    const { rewrites } = ccp
    const isCurrent = known?.createdAt === createdAt && known.rewrites === rewrites
    const vectors = new TurnVectors()
    const current =
      known !== undefined && isCurrent
        ? known
        : { createdAt, rewrites, vectors, version: null, reading: undefined }
    this.#known.set(key, current)
    return current
  }

  async #read(known: KnownVectors, owner: VectorOwner): Promise<ShelvedWork> {
    const shelved = await this.#shelf.work(owner)
    const { version, work } = shelved
    if (version === known.version) return shelved
    if (version === null) known.vectors = new TurnVectors()
    else {
      known.vectors.dropBefore(work.from_seq)
      const before = known.vectors.lastSeq
      await this.#add(known, owner, before)
      // They were made of older turns as well, or anew.
      if (before > 0 && known.vectors.turnCount !== work.turns) {
        known.vectors = new TurnVectors()
        await this.#add(known, owner, 0)
      }
    }
    known.version = version
    return shelved
  }

  async #add({ vectors }: KnownVectors, owner: VectorOwner, after: number): Promise<void> {
    for await (const page of this.#shelf.after(owner, after)) {
      for (const { seq, turn: id, ...pieces } of page) vectors.add({ id, seq }, pieces)
    }
  }

  #trim(): void {
    let bytes = 0
    for (const [key, { vectors }] of [...this.#known].toReversed()) {
      bytes += vectors.size
      if (bytes > this.#bytesMax) this.#known.delete(key)
    }
  }
}

function keyOf({ conversation, model, tenant }: VectorOwner): string {
  return JSON.stringify([tenant, conversation, model])
}
