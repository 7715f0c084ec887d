import type { Turn } from '@fairlead/context'
import { wordsOf } from '@fairlead/retrieval'
import { chooseTurns } from '../../packages/context/src/retrieval/choose-turns.ts'
import { quoteTurns } from '../../packages/context/src/retrieval/quote-turns.ts'
import {
  type MessageWeights,
  messageWeights,
} from '../../packages/context/src/retrieval/rank-messages.ts'
import { saidIn } from '../../packages/context/src/retrieval/said-in-turn.ts'
import { TurnIndex } from '../../packages/context/src/retrieval/turn-index.ts'
import { packVector } from '../../packages/context/src/retrieval/packed-vector.ts'
import { comparedPieces, TurnVectors } from '../../packages/context/src/retrieval/turn-vectors.ts'
import { carefulEstimate } from '../../packages/context/src/tokens/careful-estimate.ts'
import { itemText } from '../../packages/context/src/turns/item-text.ts'
import type { ChatQuestion, QuestionedChat } from './questioned-chat.ts'
import { turnsOf } from './questioned-chat.ts'

/** The budgets that are measured, in tokens. */
export const budgets = [1000, 2000, 4000, 8000, 16_000] as const

/** A way of choosing what of a chat a prompt has. */
export interface Selection {
  readonly name: string
  readonly mode: 'Last' | 'BM25' | 'Vector' | 'Hybrid'
  readonly neighbours: number
}

export const selections: readonly Selection[] = [
  { name: 'last window', mode: 'Last', neighbours: 0 },
  { name: 'BM25', mode: 'BM25', neighbours: 0 },
  { name: 'BM25 + neighbours', mode: 'BM25', neighbours: 1 },
  { name: 'Vector', mode: 'Vector', neighbours: 1 },
  { name: 'Hybrid', mode: 'Hybrid', neighbours: 1 },
]

/** Gives the vectors of texts, of length 1. */
export type VectorOf = (text: string) => Float32Array

/** What a selection found, by budget. */
interface MeasuredRecall {
  /**
   * Share of the messages that answer a question of which the prompt has the whole text, as a mean of
   * all questions.
   */
  readonly whole: readonly number[]
  /** The same, where a part of the exchange that the message is of counts, too. */
  readonly part: readonly number[]
  /** The most tokens that a prompt was given, by `count`. */
  readonly tokens: readonly number[]
}

export interface MeasureOptions {
  readonly selection: Selection
  readonly count: (text: string) => number
  /** Undefined where there is no model: then only words are searched. */
  readonly vectorOf: VectorOf | undefined
  /** Those that the gateway has when left out. */
  readonly weights?: MessageWeights
  /** All of them when left out. */
  readonly measured?: readonly number[]
}

interface Quoted {
  readonly text: string
  readonly turns: ReadonlySet<string>
}

/** Recall over chats, each question asked at its end, with no history beside what is retrieved. */
export function measureRecall(
  chats: readonly QuestionedChat[],
  options: MeasureOptions,
): MeasuredRecall {
  const { measured = budgets } = options
  const found = chats.flatMap((chat) => {
    const searched = new SearchedChat(chat, options)
    return chat.questions.map((question) =>
      measured.map((budget) => searched.recall(question, budget)),
    )
  })
  const mean = (of: (one: { whole: number; part: number; tokens: number }) => number) =>
    measured.map((_, at) => found.reduce((sum, one) => sum + of(one[at] ?? none), 0) / found.length)
  return {
    whole: mean(({ whole }) => whole),
    part: mean(({ part }) => part),
    tokens: measured.map((_, at) => Math.max(...found.map((one) => (one[at] ?? none).tokens))),
  }
}

const none = { whole: 0, part: 0, tokens: 0 }

class SearchedChat {
  readonly #options: MeasureOptions
  readonly #chat: QuestionedChat
  readonly #turns: readonly Turn[]
  readonly #index = new TurnIndex()
  readonly #vectors = new TurnVectors()
  /** The turn of each message, by its id. */
  readonly #turnOf = new Map<number, string>()

  constructor(chat: QuestionedChat, options: MeasureOptions) {
    this.#options = options
    this.#chat = chat
    this.#turns = turnsOf(chat)
    const { vectorOf } = options
    for (const turn of this.#turns) {
      this.#index.add(turn)
      const { answer, question } = comparedPieces(saidIn(turn))
      if (vectorOf === undefined) continue
      const packed = (text: string) => packVector(text, vectorOf(text))
      this.#vectors.add(turn, { question: question.map(packed), answer: answer.map(packed) })
    }
    const ids = this.#turns.flatMap((turn) => [...turn.input, ...turn.output].map(() => turn.id))
    chat.messages.forEach(({ id }, at) => this.#turnOf.set(id, ids[at] ?? ''))
  }

  recall(question: ChatQuestion, budget: number): { whole: number; part: number; tokens: number } {
    const quoted =
      this.#options.selection.mode === 'Last' ? this.#last(budget) : this.#found(question, budget)
    const text = flat(quoted.text)
    const texts = new Map(this.#chat.messages.map(({ id, content }) => [id, content]))
    const { evidence } = question
    const share = (isThere: (id: number) => boolean) =>
      evidence.filter(isThere).length / evidence.length
    return {
      whole: share((id) => text.includes(flat(texts.get(id) ?? ''))),
      part: share((id) => quoted.turns.has(this.#turnOf.get(id) ?? '')),
      tokens: this.#options.count(quoted.text),
    }
  }

  #last(budget: number): Quoted {
    const kept: string[] = []
    const turns = new Set<string>()
    let left = budget
    for (const { content, id } of this.#chat.messages.toReversed()) {
      left -= this.#options.count(content)
      if (left < 0) break
      kept.unshift(content)
      turns.add(this.#turnOf.get(id) ?? '')
    }
    return { text: kept.join('\n'), turns }
  }

  #found({ text }: ChatQuestion, maxTokens: number): Quoted {
    const { selection, vectorOf, weights = messageWeights } = this.#options
    const { mode, neighbours } = selection
    const path = this.#index.pathTo(this.#turns.at(-1)?.id ?? null)
    const words = wordsOf(text)
    const accepted = new Uint8Array(path.length).fill(1)
    const isByWords = mode === 'BM25' || mode === 'Last'
    const similar =
      isByWords || vectorOf === undefined
        ? undefined
        : this.#vectors.similar(vectorOf(text), path, accepted)
    const settings = isByWords
      ? ({ mode: 'BM25', maxTokens, neighbours } as const)
      : ({ mode, maxTokens, neighbours, model: '' } as const)
    const chosen = chooseTurns({
      index: this.#index,
      path,
      accepted,
      words,
      settings,
      similar,
      weights,
    })
    const quotable = chosen.flatMap((one) => {
      const turn = this.#turns.find(({ id }) => id === one.id)
      return turn === undefined ? [] : [{ ...one, turn }]
    })
    const conversation = this.#chat.name
    const options = { conversation, words, maxTokens, countTokens: carefulEstimate }
    const { items = [], passages = [] } = quoteTurns(quotable, options) ?? {}
    const kept = passages.filter(({ action }) => action === 'kept').map(({ id }) => id)
    return { text: items.map(itemText).join('\n'), turns: new Set(kept) }
  }
}

/** Without what differs between a message and its quotation: escapes and white space. */
function flat(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&amp;', '&').replaceAll(/\s+/g, ' ').trim()
}
