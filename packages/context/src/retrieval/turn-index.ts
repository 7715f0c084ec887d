import { KeywordIndex, wordsOf } from '@fairlead/retrieval'
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
  /** Whether a turn may be found. */
  readonly accept: (turn: IndexedTurn) => boolean
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

/** About what a turn takes beside its words. */
const turnBytes = 250

/**
 * An index of the turns of one conversation, of all its branches: the words of each question and each
 * answer. It grows by turns in the order of their `seq`.
 */
export class TurnIndex {
  readonly #keywords = new KeywordIndex()
  readonly #turns = new Map<string, IndexedTurn>()
  /** By `seq`. */
  readonly #bySeq: (IndexedTurn | undefined)[] = []
  #last: IndexedTurn | undefined

  /** The newest turn that it has; undefined for none. */
  get last(): Pick<Turn, 'id' | 'seq'> | undefined {
    return this.#last
  }

  /** In bytes, about. */
  get size(): number {
    return this.#keywords.size + turnBytes * (this.#turns.size + 1)
  }

  /** Adds a turn that has ended; its `seq` is greater than those before. */
  add(turn: Turn): void {
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
    this.#turns.set(id, indexed)
    this.#bySeq[seq] = indexed
    this.#last = indexed
  }

  /** The turns on the way to one, itself included, oldest first. */
  pathTo(id: string | null): readonly IndexedTurn[] {
    const path: IndexedTurn[] = []
    let turn = id === null ? undefined : this.#turns.get(id)
    while (turn !== undefined) {
      path.push(turn)
      turn = turn.parent === null ? undefined : this.#turns.get(turn.parent)
    }
    return path.toReversed()
  }

  /**
   * How well the words of a query fit each message of a path, and the largest share of them, by their
   * weights, that a message has.
   */
  scores({ accept, path, words }: TurnSearch): MessageScores & { readonly coverage: number } {
    const places = new Map(path.map(({ seq }, place) => [seq, place]))
    const questions = new Float64Array(path.length)
    const answers = new Float64Array(path.length)
    const isAccepted = (ref: number) => {
      const turn = this.#bySeq[ref >>> 1]
      return turn !== undefined && places.has(turn.seq) && accept(turn)
    }
    let most = 0
    for (const { coverage, ref, score } of this.#keywords.scored({ words, accept: isAccepted })) {
      const place = places.get(ref >>> 1)
      if (place === undefined) continue
      most = Math.max(most, coverage)
      ;((ref & 1) === 0 ? questions : answers)[place] = score
    }
    return { questions, answers, coverage: most }
  }
}
