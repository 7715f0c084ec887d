import type { JsonObject } from '@fairlead/base'
import type {
  Annotation,
  ContentPart,
  FunctionCallItem,
  Item,
  ReasoningItem,
} from '../../operations/chat/item.ts'
import { encodeCitation } from './citations.ts'
import { dialectName } from './dialect-name.ts'
import { encodeArguments } from './tool-arguments.ts'

type AssistantItem = Exclude<Item, { type: 'function_call_output' }>

/** Writes the items of one turn of an assistant as one message. */
export class AssistantWriter {
  readonly #thinks: boolean
  readonly #content: JsonObject[] = []
  readonly #citations: JsonObject[] = []
  readonly #plan: string[] = []
  readonly #calls: JsonObject[] = []
  /** Thinking whose place depends on whether calls follow. */
  readonly #thoughts: string[] = []
  #hasText = false

  constructor(thinks: boolean) {
    this.#thinks = thinks
  }

  /** Whether it has said something and called nothing: what follows is another message. */
  get hasOnlyText(): boolean {
    return this.#hasText && this.#calls.length === 0
  }

  add(item: AssistantItem): void {
    switch (item.type) {
      case 'reasoning':
        this.#addReasoning(item)
        break
      case 'message':
        for (const part of item.content) this.#addPart(part)
        break
      case 'function_call':
        this.#calls.push(encodeCall(item))
        break
      case 'fairlead:native':
        if (item.dialect === dialectName) this.#content.push(item.block)
        break
    }
  }

  /**
   * Undefined if nothing of it can be said. A provider takes a plan for calls with those only; a model
   * that does not think takes what was thought before them as its plan.
   */
  message(): JsonObject | undefined {
    const calls = this.#calls
    const content = this.#content
    const plan = calls.length === 0 ? '' : [...this.#plan, ...this.#thoughts].join('')
    if (content.length === 0 && calls.length === 0) return undefined
    return this.#write(plan)
  }

  /** The message of an answer, whatever there is of it. */
  answer(): JsonObject {
    return { content: [], ...this.#write(this.#plan.join('')) }
  }

  #write(plan: string): JsonObject {
    const calls = this.#calls
    const content = this.#content
    return {
      role: 'assistant',
      ...(content.length === 0 ? {} : { content }),
      ...(plan === '' ? {} : { tool_plan: plan }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      ...(this.#citations.length === 0 ? {} : { citations: this.#citations }),
    }
  }

  #addReasoning({ content = [], summary }: ReasoningItem): void {
    for (const { text } of summary) this.#plan.push(text)
    const text = content.map((part) => part.text).join('')
    if (text === '') return
    if (this.#thinks) this.#content.push({ type: 'thinking', thinking: text })
    else this.#thoughts.push(text)
  }

  #addPart(part: ContentPart): void {
    const text = part.type === 'refusal' ? part.refusal : 'text' in part ? part.text : undefined
    if (text === undefined) return
    const index = this.#content.length
    const annotations: readonly Annotation[] =
      part.type === 'output_text' ? (part.annotations ?? []) : []
    for (const each of annotations) this.#citations.push(encodeCitation(each, text, index))
    this.#content.push({ type: 'text', text })
    this.#hasText = true
  }
}

function encodeCall({ arguments: text, call_id: id, custom, name }: FunctionCallItem): JsonObject {
  // A tool that takes free text has no schema here, so that its text is a field of an object.
  const given = custom === true ? JSON.stringify({ input: text }) : encodeArguments(text)
  return { id, type: 'function', function: { name, arguments: given } }
}
