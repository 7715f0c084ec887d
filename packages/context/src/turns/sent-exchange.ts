import type { Item } from '@fairlead/llm'
import { normalisedAnswer, type NormalisedText } from './normalised-text.ts'
import {
  answerKeyOf,
  answerText,
  questionKey,
  textDigest,
  type AnswerKey,
  type QuestionKey,
} from './item-key.ts'
import type { Exchange } from './split-into-turns.ts'

/** An exchange of a body, with the keys by which it is compared, made when they are first needed. */
export class SentExchange implements Exchange {
  readonly input: readonly Item[]
  readonly output: readonly Item[]
  #questionKeys: readonly QuestionKey[] | undefined
  #normalised: NormalisedText | undefined
  #answerKey: AnswerKey | undefined
  #beginnings: Map<number, string> | undefined

  constructor({ input, output }: Exchange) {
    this.input = input
    this.output = output
  }

  get questionKeys(): readonly QuestionKey[] {
    return (this.#questionKeys ??= this.input.map(questionKey))
  }

  get answerKey(): AnswerKey {
    return (this.#answerKey ??= answerKeyOf(this.output, this.#normalisedAnswer))
  }

  /**
   * Digest of the beginning of the normalised answer. Each length is computed once, and no more than
   * `beginningsMax` of them, so that comparing with many turns costs no more; undefined beyond that.
   */
  beginning(length: number): string | undefined {
    // Few of a long body are asked for any.
    this.#beginnings ??= new Map<number, string>()
    const beginnings = this.#beginnings
    const known = beginnings.get(length)
    if (known !== undefined || beginnings.size >= beginningsMax) return known
    const made = textDigest(this.#normalisedAnswer.text.slice(0, length))
    beginnings.set(length, made)
    return made
  }

  get #normalisedAnswer(): NormalisedText {
    return (this.#normalised ??= normalisedAnswer(answerText(this.output)))
  }
}

/** Enough for all powers of two, and for the lengths of some answers. */
const beginningsMax = 40
