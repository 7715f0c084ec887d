import type { Item } from '@fairlead/llm'
import type { TurnStatus } from '../turn.ts'
import type { ChatAnswer } from './chat-client.ts'
import { isAnswer, withText } from './chat-habits.ts'
import { assistant, call } from './items.ts'

/** A model that repeats itself at times, thinks aloud and calls tools. */
export class ChatModel {
  readonly #random: () => number
  #said = 0

  constructor(random: () => number) {
    this.#random = random
  }

  answer(): { readonly output: Item[]; readonly status: TurnStatus; readonly seen: ChatAnswer } {
    const whole = this.#whole()
    const kind = this.#random()
    if (kind < 0.75) return this.#ended(whole, 'completed', { items: whole, stopped: false })
    if (kind < 0.8) return this.#ended(whole, 'completed', { items: [], stopped: false })
    if (kind < 0.88) return this.#ended([], 'failed', { items: [], stopped: false })
    const flushed = isAnswer(whole[0] ?? call('')) ? whole.slice(0, 1) : []
    const part = flushed.map((item) =>
      withText(item, (text) => text.slice(0, Math.ceil(this.#random() * text.length))),
    )
    return this.#ended(part, 'cancelled', { items: whole, stopped: true })
  }

  #ended(output: Item[], status: TurnStatus, seen: ChatAnswer) {
    return { output, status, seen }
  }

  #whole(): Item[] {
    const kind = this.#random()
    if (kind < 0.1) return [assistant('ok')]
    if (kind < 0.2) return [assistant('I am sorry, I cannot help with that.')]
    const number = this.#said++
    if (kind < 0.35) return [call(`c${number}`, `{"q":${number}}`)]
    const text = `Answer ${number} is caf\u00E9: ${'it depends on what you mean by that. '.repeat(3)}`
    return [assistant(kind < 0.5 ? `<think>Hm ${number}</think>\n\n${text}` : `${text}\n`)]
  }
}
