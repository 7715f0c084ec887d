import type { ContentPart, FinishReason, Item, ModelResponse, StreamEvent } from '@fairlead/llm'
import type { AnswerTransform } from '../../../answer/answer-transform.ts'
import { type AnswerChange, ChangedAnswer } from '../../../answer/changed-answer.ts'

/** Cuts the text of an answer behind so many characters: it then ends as one that was too long does. */
export function limitedLength(maxCharacters: number): AnswerTransform {
  return {
    name: 'length',
    takes: 'events',
    apply: (answer) => new ChangedAnswer(answer, new LengthLimit(maxCharacters)),
  }
}

class LengthLimit implements AnswerChange {
  readonly #max: number
  #left: number
  #isCut = false

  constructor(max: number) {
    this.#max = max
    this.#left = max
  }

  events(event: StreamEvent): readonly StreamEvent[] {
    switch (event.type) {
      case 'text-delta': {
        const text = this.#taken(event.text)
        if (text === event.text) return [event]
        // Of what its tokens were, only a part is told.
        const { logprobs: _, ...others } = event
        return text === '' ? [] : [{ ...others, text }]
      }
      case 'annotation':
        return this.#isCut ? [] : [event]
      case 'finish':
        return [{ ...event, finishReason: this.#reason(event.finishReason) }]
      default:
        return [event]
    }
  }

  response(response: ModelResponse): ModelResponse {
    this.#left = this.#max
    this.#isCut = false
    const output = response.output.flatMap((item) => this.#item(item))
    if (!this.#isCut) return response
    return { ...response, output, finishReason: this.#reason(response.finishReason) }
  }

  #item(item: Item): readonly Item[] {
    if (item.type !== 'message') return [item]
    const content = item.content.flatMap((part) => this.#part(part))
    return content.length === 0 && item.content.length > 0 ? [] : [{ ...item, content }]
  }

  #part(part: ContentPart): readonly ContentPart[] {
    if (part.type !== 'output_text') return [part]
    const text = this.#taken(part.text)
    if (text === part.text) return [part]
    return text === '' ? [] : [{ type: 'output_text', text, annotations: [] }]
  }

  /** As much of a text as there is room for; never half of a character. */
  #taken(text: string): string {
    if (text.length <= this.#left) {
      this.#left -= text.length
      return text
    }
    let taken = ''
    if (!this.#isCut) {
      for (const character of text) {
        if (taken.length + character.length > this.#left) break
        taken += character
      }
    }
    this.#isCut = true
    this.#left = 0
    return taken
  }

  #reason(reason: FinishReason): FinishReason {
    return this.#isCut && reason === 'stop' ? 'length' : reason
  }
}
