import { type Clock, untilAborted } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import type { Embedder } from '@fairlead/retrieval'
import { packVector, type PackedVector, textHashOf } from '../retrieval/packed-vector.ts'
import { saidIn } from '../retrieval/said-in-turn.ts'
import type { IndexedTurn } from '../retrieval/turn-index.ts'
import {
  comparedPieces,
  type PiecesOfTurn,
  saysSomething,
  type TurnVectors,
} from '../retrieval/turn-vectors.ts'
import type { KeptVectors, VectorWork } from '../retrieval/vector-record.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { ConversationVectors } from './conversation-vectors.ts'
import type { VectorOwner, VectorShelf } from './vector-shelf.ts'

/** As much is sent to a model at a time. */
const piecesPerBatch = 96
const charactersPerBatch = 96 * 1024
const turnsPerBatch = 48
/** How long others wait before they go on instead of whoever makes a batch. */
const leaseMs = 120_000
/** What failed is tried again after so long, and after twice as long each further time. */
const retryMs = 15_000
const retryMsMax = 3_600_000
/** Beyond it, the oldest turns of a conversation lose theirs, this share of them. */
const vectorBytesMax = 32 * 1024 * 1024
const lostShare = 0.25
/** Greater than every `seq`. */
const afterAllSeqs = 9_999_999_999

export interface VectorParts {
  /** With a deadline on every operation. */
  readonly store: Pick<TurnStore, 'conversation' | 'turn'>
  readonly shelf: VectorShelf
  readonly vectors: ConversationVectors
  readonly clock: Pick<Clock, 'now'>
}

interface MissingVectors {
  readonly conversation: Conversation
  readonly embedder: Embedder
  /** Turns that are to have vectors, oldest first; the newest get theirs first. */
  readonly turns: readonly IndexedTurn[]
  /** How many times the model is asked at most. */
  readonly batches: number
  readonly signal: AbortSignal
}

/**
 * Makes the vectors that turns lack, unless somebody makes some of that conversation at the moment, or
 * has failed a short while ago: who makes them says so in a record before, so that no text is sent to a
 * model twice. Rejects where the model or the store fails, and with the reason of the signal.
 */
export async function makeVectors(parts: VectorParts, missing: MissingVectors): Promise<void> {
  const { clock, shelf, vectors } = parts
  const { conversation, embedder, turns } = missing
  const { model } = embedder
  const owner = { tenant: conversation.ccp.tenant, conversation: conversation.id, model }
  const current = await vectors.current(conversation, model)
  const { version, work } = current
  if (work.until_ms > clock.now() || lacking(current.vectors, work, turns).length === 0) return
  const making = new VectorMaking(parts, missing, owner, {
    vectors: current.vectors,
    version,
    // What was deleted with its text is not counted there.
    work: { ...work, turns: current.vectors.turnCount },
  })
  if (!(await making.begin())) return
  if (version === null) await shelf.prune(owner)
  await making.run()
}

/** The turns of a list that lack vectors, the newest first. */
export function lacking(
  vectors: TurnVectors,
  { from_seq: fromSeq }: Pick<VectorWork, 'from_seq'>,
  turns: readonly IndexedTurn[],
): readonly IndexedTurn[] {
  return turns
    .filter((turn) => turn.seq >= fromSeq && saysSomething(turn) && !vectors.has(turn.id))
    .toReversed()
}

/** A turn with the texts that are to have vectors. */
type TurnTexts = Pick<KeptVectors, 'seq' | 'turn'> & PiecesOfTurn<string>

class VectorMaking {
  readonly #parts: VectorParts
  readonly #missing: MissingVectors
  readonly #owner: VectorOwner
  readonly #vectors: TurnVectors
  /** Turns that are gone. */
  readonly #gone = new Set<string>()
  #work: VectorWork
  #version: number | null

  constructor(
    parts: VectorParts,
    missing: MissingVectors,
    owner: VectorOwner,
    current: {
      readonly vectors: TurnVectors
      readonly work: VectorWork
      readonly version: number | null
    },
  ) {
    this.#parts = parts
    this.#missing = missing
    this.#owner = owner
    this.#vectors = current.vectors
    this.#work = current.work
    this.#version = current.version
  }

  /** False where somebody else was first. */
  begin(): Promise<boolean> {
    const nowMs = this.#parts.clock.now()
    return this.#put({ state: 'making', until_ms: nowMs + leaseMs, used_at_ms: nowMs })
  }

  async run(): Promise<void> {
    const { batches, signal } = this.#missing
    try {
      for (let batch = 0; batch < batches && !signal.aborted; batch++) {
        const texts = await this.#nextTexts()
        if (texts.length === 0) break
        if (!(await this.#make(texts))) return
      }
      await this.#put({ state: 'idle', until_ms: 0, attempts: 0, problem: null })
    } catch (error) {
      await this.#fail(error)
      throw error
    }
  }

  async #fail(error: unknown): Promise<void> {
    const { clock } = this.#parts
    if (this.#missing.signal.aborted) {
      await this.#put({ state: 'idle', until_ms: 0 })
      return
    }
    const { attempts } = this.#work
    await this.#put({
      state: 'failed',
      until_ms: clock.now() + Math.min(retryMsMax, retryMs * 2 ** attempts),
      attempts: attempts + 1,
      problem: error instanceof ModelError ? error.message.slice(0, 500) : 'they were not made',
    })
  }

  /** What one batch takes of the turns that lack vectors. */
  async #nextTexts(): Promise<readonly TurnTexts[]> {
    const { store } = this.#parts
    const { conversation, tenant } = this.#owner
    const next = lacking(this.#vectors, this.#work, this.#missing.turns)
      .filter(({ id }) => !this.#gone.has(id))
      .slice(0, turnsPerBatch)
    const turns = await Promise.all(next.map(({ id }) => store.turn(tenant, conversation, id)))
    const batch: TurnTexts[] = []
    let pieces = 0
    let characters = 0
    for (const [at, turn] of turns.entries()) {
      if (turn === undefined) {
        this.#gone.add(next[at]?.id ?? '')
        continue
      }
      const texts = { turn: turn.id, seq: turn.seq, ...comparedPieces(saidIn(turn)) }
      const own = [...texts.question, ...texts.answer]
      pieces += own.length
      characters += own.reduce((sum, text) => sum + text.length, 0)
      const isFull = pieces > piecesPerBatch || characters > charactersPerBatch
      if (isFull && batch.length > 0) break
      batch.push(texts)
    }
    return batch
  }

  /** Whether it may go on. */
  async #make(batch: readonly TurnTexts[]): Promise<boolean> {
    const { clock, shelf, vectors } = this.#parts
    const { embedder, signal } = this.#missing
    const texts = new Map(
      batch.flatMap(({ answer, question }) =>
        [...question, ...answer].map((text) => [textHashOf(text), text] as const),
      ),
    )
    const unknown = [...texts].filter(([hash]) => this.#vectors.vectorOf(hash) === undefined)
    const asked = unknown.map(([, text]) => text)
    const made =
      asked.length === 0
        ? []
        : await untilAborted(embedder.embed(asked, { purpose: 'document', signal }), signal)
    const dimension = made[0]?.length ?? this.#vectors.dimension
    if (this.#vectors.dimension !== undefined && dimension !== this.#vectors.dimension) {
      // The name stands for another model now.
      await shelf.removeBefore(this.#owner, afterAllSeqs)
      vectors.forget(this.#owner)
      await this.#put({ state: 'idle', until_ms: 0, turns: 0, from_seq: 0 })
      return false
    }
    const packed = new Map(
      unknown.map(([hash, text], at) => [hash, packVector(text, made[at] ?? new Float32Array())]),
    )
    const vectorOf = (text: string): PackedVector => {
      const hash = textHashOf(text)
      return (
        packed.get(hash) ?? this.#vectors.vectorOf(hash) ?? packVector(text, new Float32Array())
      )
    }
    const kept = batch.map(({ answer, question, seq, turn }): KeptVectors => ({
      seq,
      turn,
      question: question.map(vectorOf),
      answer: answer.map(vectorOf),
    }))
    if (!(await this.#keep(kept))) return false
    const until = clock.now() + leaseMs
    const isOurs = await this.#put({ until_ms: until, turns: this.#work.turns + kept.length })
    for (const { seq, turn: id, ...pieces } of kept) this.#vectors.add({ id, seq }, pieces)
    return isOurs && this.#letGo()
  }

  /** What was deleted while they were made has no vectors. */
  async #keep(kept: readonly KeptVectors[]): Promise<boolean> {
    const { shelf, store } = this.#parts
    const { conversation, tenant } = this.#owner
    await Promise.all(kept.map((one) => shelf.putVectors(this.#owner, one)))
    const now = await store.conversation(tenant, conversation)
    if (now?.ccp.rewrites === this.#missing.conversation.ccp.rewrites) return true
    const seqs = kept.map(({ seq }) => seq)
    await shelf.removeTurns(tenant, conversation, seqs)
    await this.#put({ state: 'idle', until_ms: 0 })
    return false
  }

  /** Lets go of the oldest where there are too many. */
  async #letGo(): Promise<boolean> {
    if (this.#vectors.size <= vectorBytesMax) return true
    const fromSeq = this.#vectors.seqAfter(lostShare)
    const removed = await this.#parts.shelf.removeBefore(this.#owner, fromSeq)
    this.#vectors.dropBefore(fromSeq)
    return this.#put({ from_seq: fromSeq, turns: Math.max(0, this.#work.turns - removed) })
  }

  /** Whether nobody else has changed it meanwhile. */
  async #put(change: Partial<VectorWork>): Promise<boolean> {
    const work = { ...this.#work, ...change }
    if (!(await this.#parts.shelf.putWork(this.#owner, work, this.#version))) return false
    this.#work = work
    this.#version = (this.#version ?? 0) + 1
    return true
  }
}
