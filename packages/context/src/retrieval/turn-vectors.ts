import { cutText } from './cut-text.ts'
import type { PackedVector } from './packed-vector.ts'
import type { MessageScores } from './rank-messages.ts'
import type { SaidInTurn } from './said-in-turn.ts'
import type { IndexedTurn } from './turn-index.ts'

/** The pieces of a turn's question and of its answer, or what belongs to each of them. */
export interface PiecesOfTurn<T> {
  readonly question: readonly T[]
  readonly answer: readonly T[]
}

/** How similar messages are to a question, and the pieces that they consist of. */
export interface SimilarMessages extends MessageScores {
  /** How similar each piece of a turn is; undefined for a turn without vectors. */
  readonly piecesOf: (id: string) => PiecesOfTurn<number> | undefined
  /** Of the most similar piece. */
  readonly best: number
  /** How many of the turns that were compared have no vectors, though something was said in them. */
  readonly unknown: number
}

/** As much of a message is one piece, which is quoted whole and has one vector: about 250 tokens. */
const pieceCharacters = 1000
/** So many pieces of a message have vectors: what comes after them is found by its words. */
const comparedMax = 16
/** What a turn takes beside its vectors, and a piece beside its numbers, about. */
const turnBytes = 150
const pieceBytes = 100

/** The pieces of a message. */
export function piecesOfText(text: string): readonly string[] {
  return cutText(text, pieceCharacters).map(({ from, to }) => text.slice(from, to))
}

/** The pieces of a turn that get vectors. */
export function comparedPieces({ answer, question }: SaidInTurn): PiecesOfTurn<string> {
  return {
    question: piecesOfText(question).slice(0, comparedMax),
    answer: piecesOfText(answer).slice(0, comparedMax),
  }
}

interface KnownTurn {
  readonly seq: number
  /** The number of its first piece; those of the answer come after those of the question. */
  readonly first: number
  readonly question: number
  readonly answer: number
}

/** Vectors of the turns of one conversation, all made by one model, one after the other in one array. */
export class TurnVectors {
  readonly #turns = new Map<string, KnownTurn>()
  readonly #pieceOf = new Map<string, number>()
  #dimension: number | undefined
  #values = new Int8Array(0)
  #scales = new Float32Array(0)
  #pieces = 0
  #lastSeq = 0

  /** How many numbers a vector has; undefined while there is none. */
  get dimension(): number | undefined {
    return this.#dimension
  }

  get turnCount(): number {
    return this.#turns.size
  }

  /** The largest `seq` of a turn that it has; 0 for none. */
  get lastSeq(): number {
    return this.#lastSeq
  }

  /** In bytes, about. */
  get size(): number {
    return this.#values.length + pieceBytes * this.#pieces + turnBytes * (this.#turns.size + 1)
  }

  has(id: string): boolean {
    return this.#turns.has(id)
  }

  /** The vector of a text that a turn has; undefined for none. */
  vectorOf(textHash: string): PackedVector | undefined {
    const piece = this.#pieceOf.get(textHash)
    return piece === undefined ? undefined : this.#packed(textHash, piece)
  }

  /** False for vectors of another dimension than the others, which are not taken. */
  add({ id, seq }: Pick<IndexedTurn, 'id' | 'seq'>, vectors: PiecesOfTurn<PackedVector>): boolean {
    const { answer, question } = vectors
    const pieces = [...question, ...answer]
    const dimension = this.#dimension ?? pieces[0]?.values.length
    if (this.#turns.has(id)) return true
    if (pieces.some(({ values }) => values.length !== dimension)) return false
    this.#dimension = dimension
    const first = this.#pieces
    this.#turns.set(id, { seq, first, question: question.length, answer: answer.length })
    this.#lastSeq = Math.max(this.#lastSeq, seq)
    for (const piece of pieces) this.#addPiece(piece)
    return true
  }

  /** The `seq` from which on turns stay where this share of them, the oldest, is let go of. */
  seqAfter(share: number): number {
    const seqs = Array.from(this.#turns.values(), ({ seq }) => seq).toSorted((a, b) => a - b)
    return seqs[Math.ceil(seqs.length * share)] ?? this.#lastSeq + 1
  }

  /** Lets go of the turns before one. */
  dropBefore(seq: number): void {
    if (![...this.#turns.values()].some((turn) => turn.seq < seq)) return
    const kept = [...this.#turns].filter(([, turn]) => turn.seq >= seq)
    const hashes = new Map(Array.from(this.#pieceOf, ([textHash, piece]) => [piece, textHash]))
    const pieces = kept.map(([id, turn]) => {
      const packed = (from: number, count: number) =>
        Array.from({ length: count }, (_, at) =>
          this.#packed(hashes.get(from + at) ?? '', from + at),
        )
      const { answer, first, question } = turn
      return {
        turn: { id, seq: turn.seq },
        vectors: { question: packed(first, question), answer: packed(first + question, answer) },
      }
    })
    this.#turns.clear()
    this.#pieceOf.clear()
    this.#pieces = 0
    this.#values = new Int8Array(0)
    this.#scales = new Float32Array(0)
    for (const { turn, vectors } of pieces) this.add(turn, vectors)
  }

  /** How similar each message of a path is, by its best piece; 0 for those without vectors. */
  similar(
    wanted: Float32Array,
    path: readonly IndexedTurn[],
    accepted: Uint8Array,
  ): SimilarMessages {
    const questions = new Float64Array(path.length)
    const answers = new Float64Array(path.length)
    let best = 0
    let unknown = 0
    path.forEach((turn, place) => {
      if (accepted[place] === 0) return
      const known = this.#turns.get(turn.id)
      if (known === undefined) {
        if (saysSomething(turn)) unknown += 1
        return
      }
      const { answer, first, question } = known
      const inQuestion = this.#bestOf(wanted, first, question)
      const inAnswer = this.#bestOf(wanted, first + question, answer)
      questions[place] = inQuestion
      answers[place] = inAnswer
      best = Math.max(best, inQuestion, inAnswer)
    })
    const piecesOf = (id: string) => this.#similarPieces(wanted, id)
    return { questions, answers, best, unknown, piecesOf }
  }

  #similarPieces(wanted: Float32Array, id: string): PiecesOfTurn<number> | undefined {
    const known = this.#turns.get(id)
    if (known === undefined) return undefined
    const { answer, first, question } = known
    const similar = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => this.#similarity(wanted, from + at))
    return { question: similar(first, question), answer: similar(first + question, answer) }
  }

  #bestOf(wanted: Float32Array, from: number, count: number): number {
    let best = 0
    for (let piece = from; piece < from + count; piece++) {
      best = Math.max(best, this.#similarity(wanted, piece))
    }
    return best
  }

  /** The cosine, for vectors of length 1; what points away is not similar at all. */
  #similarity(wanted: Float32Array, piece: number): number {
    const dimension = this.#dimension ?? 0
    if (wanted.length !== dimension) return 0
    const values = this.#values
    const start = piece * dimension
    let sum = 0
    for (let at = 0; at < dimension; at++) sum += (wanted[at] ?? 0) * (values[start + at] ?? 0)
    return Math.max(0, sum * (this.#scales[piece] ?? 0))
  }

  #addPiece({ scale, textHash, values }: PackedVector): void {
    const piece = this.#pieces++
    const start = piece * values.length
    if (start + values.length > this.#values.length) this.#grow(values.length)
    this.#values.set(values, start)
    this.#scales[piece] = scale
    this.#pieceOf.set(textHash, piece)
  }

  #grow(dimension: number): void {
    const capacity = Math.max(16, Math.ceil(this.#pieces * 1.5))
    const values = new Int8Array(capacity * dimension)
    const scales = new Float32Array(capacity)
    values.set(this.#values)
    scales.set(this.#scales)
    this.#values = values
    this.#scales = scales
  }

  #packed(textHash: string, piece: number): PackedVector {
    const dimension = this.#dimension ?? 0
    const values = this.#values.slice(piece * dimension, (piece + 1) * dimension)
    return { textHash, scale: this.#scales[piece] ?? 0, values }
  }
}

/** Whether a turn has words to be found by, and so gets vectors. */
export function saysSomething({ answerLength, questionLength }: IndexedTurn): boolean {
  return questionLength + answerLength > 0
}

export function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}
