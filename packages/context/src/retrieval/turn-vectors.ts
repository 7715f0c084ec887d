import { similarity } from '@fairlead/retrieval'
import { cutText } from './cut-text.ts'
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
  /** By turn id. */
  readonly pieces: ReadonlyMap<string, PiecesOfTurn<number>>
  /** Of the most similar piece. */
  readonly best: number
}

/** As much of a message is one piece, which is quoted whole and has one vector: about 250 tokens. */
const pieceCharacters = 1000

/** The pieces of a message. */
export function piecesOfText(text: string): readonly string[] {
  return cutText(text, pieceCharacters).map(({ from, to }) => text.slice(from, to))
}

export function piecesOfTurn({ answer, question }: SaidInTurn): PiecesOfTurn<string> {
  return { question: piecesOfText(question), answer: piecesOfText(answer) }
}

/** Vectors of the turns of one conversation, all made by one model. */
export class TurnVectors {
  readonly #known = new Map<string, PiecesOfTurn<Float32Array>>()

  has(id: string): boolean {
    return this.#known.has(id)
  }

  add(id: string, vectors: PiecesOfTurn<Float32Array>): void {
    this.#known.set(id, vectors)
  }

  /** How similar each message of a path is, by its best piece; 0 for those without vectors. */
  similar(
    wanted: Float32Array,
    path: readonly IndexedTurn[],
    accept: (turn: IndexedTurn) => boolean,
  ): SimilarMessages {
    const questions = new Float64Array(path.length)
    const answers = new Float64Array(path.length)
    const pieces = new Map<string, PiecesOfTurn<number>>()
    const similarTo = (vector: Float32Array) => Math.max(0, similarity(vector, wanted))
    path.forEach((turn, place) => {
      const vectors = accept(turn) ? this.#known.get(turn.id) : undefined
      if (vectors === undefined) return
      const question = vectors.question.map(similarTo)
      const answer = vectors.answer.map(similarTo)
      questions[place] = Math.max(0, ...question)
      answers[place] = Math.max(0, ...answer)
      pieces.set(turn.id, { question, answer })
    })
    return { questions, answers, pieces, best: Math.max(0, largest(questions), largest(answers)) }
  }
}

export function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0)
}
