import { isJsonObject, type JsonObject } from '@fairlead/base'

/** One event of a stream of Responses. */
type ResponseEvent = JsonObject & { readonly type: string }

/**
 * The problems of a stream of OpenAI's Responses, in words; empty if it is as OpenAI documents it:
 * https://platform.openai.com/docs/api-reference/responses-streaming. Numbers count up from 0, every
 * item and part that begins also ends, deltas say what their end says, and the last event repeats
 * all items.
 */
export function responsesGrammarProblems(events: readonly ResponseEvent[]): string[] {
  const grammar = new Grammar()
  for (const event of events) grammar.read(event)
  return grammar.end()
}

/** The events in the payloads of a stream. */
export function responseEventsOf(payloads: readonly string[]): ResponseEvent[] {
  return payloads
    .filter((payload) => payload !== '[DONE]')
    .map((payload) => JSON.parse(payload) as ResponseEvent)
}

/** The texts of an item that come as deltas, by the events that tell them. */
const deltaField: Readonly<Record<string, string>> = {
  'response.output_text': 'text',
  'response.refusal': 'refusal',
  'response.reasoning_text': 'text',
  'response.reasoning_summary_text': 'text',
  'response.function_call_arguments': 'arguments',
  'response.custom_tool_call_input': 'input',
}

class Grammar {
  readonly #problems: string[] = []
  readonly #open = new Map<number, string>()
  readonly #texts = new Map<string, string>()
  readonly #parts = new Set<string>()
  readonly #done: unknown[] = []
  #count = 0
  #ended: string | undefined
  #responseId: unknown

  read(event: ResponseEvent): void {
    const { type } = event
    if (event['sequence_number'] !== this.#count) this.#problem(`${type} is not ${this.#count}`)
    this.#count += 1
    const mayFollow = this.#ended === 'error' && type === 'response.failed'
    if (this.#ended !== undefined && !mayFollow) this.#problem(`${type} after the end`)
    if (this.#count === 1 && type !== 'response.created' && type !== 'error') {
      this.#problem(`${type} comes first`)
    }
    this.#readOne(event)
  }

  end(): string[] {
    if (this.#ended === undefined) this.#problem('no end')
    return this.#problems
  }

  #readOne(event: ResponseEvent): void {
    const { type } = event
    const place = Number(event['output_index'])
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
        return this.#checkResponse(event)
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'error':
        return this.#readEnd(event)
      case 'response.output_item.added':
        if (place !== this.#open.size + this.#done.length) this.#problem(`item ${place} is early`)
        this.#open.set(place, itemId(event))
        return
      case 'response.output_item.done':
        return this.#readItemEnd(event)
      default:
        return this.#readWithin(event)
    }
  }

  #readWithin(event: ResponseEvent): void {
    const { type } = event
    const place = Number(event['output_index'])
    const index = event['content_index'] ?? event['summary_index']
    const part = typeof index === 'number' ? String(index) : ''
    if (this.#open.get(place) !== event['item_id']) this.#problem(`${type} of no open item`)
    const [, kind = '', step = ''] = /^(.*)\.(\w+)$/.exec(type) ?? []
    const key = `${place}/${part}`
    if (kind.endsWith('_part')) {
      if ((step === 'added') === this.#parts.has(key)) this.#problem(`${type} of ${key}`)
      if (step === 'added') this.#parts.add(key)
      else this.#parts.delete(key)
      return
    }
    const field = deltaField[kind]
    if (field === undefined) return
    if (part !== '' && !this.#parts.has(key)) {
      this.#problem(`${type} outside a part`)
    }
    const textKey = `${kind}/${key}`
    const text = this.#texts.get(textKey) ?? ''
    if (step === 'delta') this.#texts.set(textKey, text + String(event['delta']))
    // A call without arguments gets them at its end only.
    if (step === 'done' && event[field] !== text && !(text === '' && event[field] === '{}')) {
      this.#problem(`${type} says something else than its deltas`)
    }
  }

  #readItemEnd(event: ResponseEvent): void {
    const place = Number(event['output_index'])
    if (this.#open.get(place) !== itemId(event)) this.#problem(`item ${place} ends as another`)
    this.#open.delete(place)
    for (const key of this.#parts) {
      if (key.startsWith(`${place}/`)) this.#problem(`item ${place} ends before its part`)
    }
    this.#done[place] = event['item']
  }

  #readEnd(event: ResponseEvent): void {
    const { type } = event
    if (type !== 'error') this.#checkResponse(event)
    this.#ended = type
    if (type !== 'response.completed' && type !== 'response.incomplete') return
    if (this.#open.size > 0) this.#problem('items are open at the end')
    const { output, status } = event['response'] as JsonObject
    if (`response.${String(status)}` !== type) this.#problem(`${type} of a ${String(status)} one`)
    if (JSON.stringify(output) !== JSON.stringify(this.#done)) {
      this.#problem('the end repeats other items')
    }
  }

  #checkResponse({ response, type }: ResponseEvent): void {
    const id: unknown = isJsonObject(response) ? response['id'] : undefined
    if (typeof id !== 'string' || id === '') this.#problem(`${type} without an id`)
    if (this.#responseId !== undefined && id !== this.#responseId) this.#problem('another id')
    this.#responseId = id
  }

  #problem(words: string): void {
    this.#problems.push(words)
  }
}

function itemId({ item }: ResponseEvent): string {
  return isJsonObject(item) ? String(item['id']) : ''
}
