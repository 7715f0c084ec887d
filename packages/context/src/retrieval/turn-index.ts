import { KeywordIndex, type WordSegment, wordsOf } from '@fairlead/retrieval'
import { leftOutReason } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'
import type { MessageScores } from './rank-messages.ts'
import { saidIn } from './said-in-turn.ts'

/** What is looked for, and where. */
interface TurnSearch {
  /** As `wordsOf` gives them. */
  readonly words: readonly string[]
  /** The path of turns, as `pathTo` gives it. */
  readonly path: readonly IndexedTurn[]
  /** Of each turn of the path, whether it may be found: 1, else 0. */
  readonly accepted: Uint8Array
}

/** What an index knows of a turn. */
export interface IndexedTurn {
  readonly id: string
  readonly seq: number
  readonly parent: string | null
  /** In words as they are indexed. */
  readonly questionLength: number
  readonly answerLength: number
}

/** Turns that follow each other, and the index of their words, which no longer change. */
export interface TurnSegment {
  /** Counts the segments, from 0. */
  readonly number: number
  readonly turns: readonly IndexedTurn[]
  readonly words: WordSegment
}

/** About what a turn takes beside its words. */
const turnBytes = 250
/** So many turns make a segment. */
const segmentTurns = 64

/** The number of the segment that the turn of a `seq` belongs to. */
export function segmentOfSeq(seq: number): number {
  return Math.floor((seq - 1) / segmentTurns)
}

/**
 * An index of the turns of one conversation, of all its branches: the words of each question and each
 * answer. It grows by turns in the order of their `seq`.
 */
export class TurnIndex {
  readonly #keywords = new KeywordIndex()
  readonly #turns = new Map<string, IndexedTurn>()
  #last: IndexedTurn | undefined
  /** The turns of the segment that is not complete yet. */
  #segment: IndexedTurn[] = []
  /** The one that was asked for last. */
  #path: readonly IndexedTurn[] = []
  #places: Int32Array = new Int32Array(0)

  /** The newest turn that it has; undefined for none. */
  get last(): Pick<Turn, 'id' | 'seq'> | undefined {
    return this.#last
  }

  /** In bytes, about. */
  get size(): number {
    return this.#keywords.size + turnBytes * (this.#turns.size + 1)
  }

  /**
   * Adds a turn that has ended; its `seq` is greater than those before. Returns the segment that it
   * completes, if it does.
   */
  add(turn: Turn): TurnSegment | undefined {
    const { id, parent, seq } = turn
    const isThere = leftOutReason(turn, new Set()) === undefined
    const said = isThere ? saidIn(turn) : { question: '', answer: '' }
    const question = wordsOf(said.question)
    const answer = wordsOf(said.answer)
    if (question.length > 0) this.#keywords.add(seq * 2, question)
    if (answer.length > 0) this.#keywords.add(seq * 2 + 1, answer)
    const indexed: IndexedTurn = {
      id,
      seq,
      parent,
      questionLength: question.length,
      answerLength: answer.length,
    }
    this.#addTurn(indexed)
    if (seq % segmentTurns !== 0) return undefined
    const turns = this.#segment
    this.#segment = []
    return { number: segmentOfSeq(seq), turns, words: this.#keywords.seal() }
  }

  /** Adds the turns of a segment that comes after those that it has, which are whole segments. */
  addSegment({ turns, words }: TurnSegment): void {
    for (const turn of turns) this.#addTurn(turn)
    this.#segment = []
    this.#keywords.addSegment(words)
  }

  /** The turns on the way to one, itself included, oldest first. */
  pathTo(id: string | null): readonly IndexedTurn[] {
    const turn = id === null ? undefined : this.#turns.get(id)
    if (turn === undefined) return []
    const known = this.#path
    // Mostly a path goes on from the one before.
    if (known.at(-1) === turn) return known
    const isNext = turn.parent !== null && known.at(-1)?.id === turn.parent
    this.#path = isNext ? [...known, turn] : this.#walkTo(turn)
    this.#places = placesOf(this.#path)
    return this.#path
  }

  /** Of each turn of a path, whether it is searched: 1, else 0. `from` is the first that is. */
  accepted(
    path: readonly IndexedTurn[],
    { barred, from }: { readonly barred: Iterable<string>; readonly from: string | undefined },
  ): Uint8Array {
    const places = this.#placesOn(path)
    const placeOf = (id: string) => places[this.#turns.get(id)?.seq ?? 0] ?? -1
    const accepted = new Uint8Array(path.length).fill(1)
    if (from !== undefined) accepted.fill(0, 0, Math.max(0, placeOf(from)))
    for (const id of barred) accepted[placeOf(id)] = 0
    return accepted
  }

  /**
   * How well the words of a query fit each message of a path, and the largest share of them, by their
   * weights, that a message has.
   */
  scores({ accepted, path, words }: TurnSearch): MessageScores & { readonly coverage: number } {
    const places = this.#placesOn(path)
    const questions = new Float64Array(path.length)
    const answers = new Float64Array(path.length)
    let most = 0
    this.#keywords.eachFound(words, (ref, score, coverage) => {
      const place = places[ref >>> 1] ?? -1
      if (place === -1 || accepted[place] === 0) return
      if (coverage > most) most = coverage
      const scores = (ref & 1) === 0 ? questions : answers
      scores[place] = score
    })
    return { questions, answers, coverage: most }
  }

  #addTurn(turn: IndexedTurn): void {
    this.#turns.set(turn.id, turn)
    this.#segment.push(turn)
    this.#last = turn
  }

  #placesOn(path: readonly IndexedTurn[]): Int32Array {
    return path === this.#path ? this.#places : placesOf(path)
  }

  #walkTo(end: IndexedTurn): readonly IndexedTurn[] {
    const path: IndexedTurn[] = []
    let turn: IndexedTurn | undefined = end
    while (turn !== undefined) {
      path.push(turn)
      turn = turn.parent === null ? undefined : this.#turns.get(turn.parent)
    }
    return path.toReversed()
  }
}

/** The place of each turn of a path, by its `seq`; -1 for turns that are not on it. */
function placesOf(path: readonly IndexedTurn[]): Int32Array {
  const places = new Int32Array((path.at(-1)?.seq ?? 0) + 1).fill(-1)
  path.forEach(({ seq }, place) => (places[seq] = place))
  return places
}
