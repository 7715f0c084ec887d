import type { JsonObject } from '@fairlead/base'
import type { FunctionCallItem, ItemStatus } from '../../../operations/chat/item.ts'
import type { StreamEvent } from '../../../operations/chat/stream-event.ts'
import { TextPieces } from '../../../operations/chat/text-pieces.ts'
import { encodeOutputItem, type OutputContext } from '../encode-output.ts'
import { addedEvent, type ItemWriter } from './item-writer.ts'

/** Writes a call of a function, or of a tool that takes free text. */
export class CallWriter implements ItemWriter {
  readonly index: number
  readonly #context: OutputContext
  readonly #start: Extract<StreamEvent, { type: 'tool-call-start' }>
  readonly #id: string
  readonly #pieces = new TextPieces()

  constructor(context: OutputContext, start: Extract<StreamEvent, { type: 'tool-call-start' }>) {
    this.#context = context
    this.#start = start
    this.index = context.index
    this.#id = String(this.#item('', 'in_progress')['id'])
  }

  added(): JsonObject {
    return addedEvent(this.index, this.#item('', 'in_progress'))
  }

  push(text: string): JsonObject[] {
    if (text === '') return []
    this.#pieces.push(text)
    const type =
      this.#start.custom === undefined
        ? 'response.function_call_arguments.delta'
        : 'response.custom_tool_call_input.delta'
    return [{ type, item_id: this.#id, output_index: this.index, delta: text }]
  }

  /** A function that is called without arguments gets none as JSON. */
  done(status: ItemStatus): { readonly events: JsonObject[]; readonly item: JsonObject } {
    const written = this.#pieces.toString()
    const { custom, name } = this.#start
    const text = written === '' && custom === undefined ? '{}' : written
    const at = { item_id: this.#id, output_index: this.index }
    const done =
      custom === undefined
        ? { type: 'response.function_call_arguments.done', ...at, name, arguments: text }
        : { type: 'response.custom_tool_call_input.done', ...at, input: text }
    return { events: [done], item: this.#item(text, status) }
  }

  #item(text: string, status: ItemStatus): JsonObject {
    const { custom, extras, id, itemId, name } = this.#start
    const item: FunctionCallItem = {
      type: 'function_call',
      ...(itemId === undefined ? {} : { id: itemId }),
      status,
      call_id: id,
      name,
      arguments: text,
      ...(custom === undefined ? {} : { custom }),
      ...(extras === undefined ? {} : { extras }),
    }
    return encodeOutputItem(item, this.#context) ?? {}
  }
}
