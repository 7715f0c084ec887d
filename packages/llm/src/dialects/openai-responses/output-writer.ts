import type { JsonObject } from '@fairlead/base'
import type { ItemStatus } from '../../operations/chat/item.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { callSeal } from './call-seal.ts'
import { encodeOutputItem, fileItem, type OutputContext, sealItem } from './encode-output.ts'
import { CallWriter } from './item-writers/call-writer.ts'
import type { ItemWriter } from './item-writers/item-writer.ts'
import { MessageWriter } from './item-writers/message-writer.ts'
import { ReasoningWriter } from './item-writers/reasoning-writer.ts'

type OutputEvent = Exclude<StreamEvent, { type: 'response-start' | 'usage' | 'finish' | 'error' }>

/**
 * Writes the events of an answer's items, and keeps the items for the end of the stream. Items are
 * written one after the other; only calls stay open beside each other, for their arguments may come
 * mixed.
 */
export class OutputWriter {
  /** The items that are done, in their order, with gaps for those that are open. */
  readonly #items: (JsonObject | undefined)[] = []
  readonly #context: Omit<OutputContext, 'index'>
  readonly #calls = new Map<number, CallWriter>()
  #open: MessageWriter | ReasoningWriter | undefined
  #heldBytes = 0

  constructor(context: Omit<OutputContext, 'index'>) {
    this.#context = context
  }

  get items(): readonly JsonObject[] {
    return this.#items.filter((item) => item !== undefined)
  }

  /** UTF-16 code units of text that are kept, twice: as it comes and in its item. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  push(event: OutputEvent): JsonObject[] {
    switch (event.type) {
      case 'text-delta':
      case 'refusal-delta': {
        this.#heldBytes += Buffer.byteLength(event.text)
        const [opened, message] = this.#message(event.message)
        return [...opened, ...message.push(event)]
      }
      case 'annotation': {
        this.#heldBytes += Buffer.byteLength(JSON.stringify(event.annotation))
        const [opened, message] = this.#message()
        return [...opened, ...message.annotate(event.annotation)]
      }
      case 'reasoning-delta': {
        this.#heldBytes += Buffer.byteLength(event.text)
        const [opened, reasoning] = this.#reasoning()
        return [...opened, ...reasoning.push(event)]
      }
      case 'reasoning-end': {
        this.#heldBytes += (event.signature ?? event.encryptedContent ?? '').length
        const [opened, reasoning] = this.#reasoning()
        reasoning.end(event)
        return [...opened, ...this.#closeOpen('completed')]
      }
      case 'tool-call-start':
        return this.#startCall(event)
      case 'tool-call-delta':
        this.#heldBytes += Buffer.byteLength(event.arguments)
        return this.#calls.get(event.index)?.push(event.arguments) ?? []
      case 'file': {
        const item = fileItem(event.file)
        if (item !== undefined) return this.#whole(item)
        const { transcript } = event.file
        return transcript === undefined ? [] : this.push({ type: 'text-delta', text: transcript })
      }
      case 'native':
        return this.#whole(event.item)
    }
  }

  /** Ends what is open. */
  close(status: ItemStatus): JsonObject[] {
    const events = this.#closeOpen(status)
    for (const call of this.#calls.values()) events.push(...this.#done(call, status))
    this.#calls.clear()
    return events
  }

  #message(start?: object): [JsonObject[], MessageWriter] {
    if (this.#open instanceof MessageWriter && start === undefined) return [[], this.#open]
    const closed = this.#closeOpen('completed')
    const message = new MessageWriter(this.#place(), start ?? {})
    this.#open = message
    return [[...closed, message.added()], message]
  }

  #reasoning(): [JsonObject[], ReasoningWriter] {
    if (this.#open instanceof ReasoningWriter) return [[], this.#open]
    const closed = this.#closeOpen('completed')
    const reasoning = new ReasoningWriter(this.#place())
    this.#open = reasoning
    return [[...closed, reasoning.added()], reasoning]
  }

  #startCall(event: Extract<StreamEvent, { type: 'tool-call-start' }>): JsonObject[] {
    const seal = callSeal(event)
    const events = seal === undefined ? this.#closeOpen('completed') : this.#whole(sealItem(seal))
    this.#heldBytes += event.id.length + event.name.length + (seal?.length ?? 0)
    const call = new CallWriter(this.#place(), event)
    this.#calls.set(event.index, call)
    return [...events, call.added()]
  }

  #whole(item: Parameters<typeof encodeOutputItem>[0]): JsonObject[] {
    const closed = this.#closeOpen('completed')
    const index = this.#items.length
    const written = encodeOutputItem(item, { ...this.#context, index })
    if (written === undefined) return closed
    this.#items.push(written)
    this.#heldBytes += Buffer.byteLength(JSON.stringify(written))
    return [
      ...closed,
      { type: 'response.output_item.added', output_index: index, item: written },
      { type: 'response.output_item.done', output_index: index, item: written },
    ]
  }

  #place(): OutputContext {
    this.#items.push(undefined)
    return { ...this.#context, index: this.#items.length - 1 }
  }

  #closeOpen(status: ItemStatus): JsonObject[] {
    const open = this.#open
    this.#open = undefined
    return open === undefined ? [] : this.#done(open, status)
  }

  #done(writer: ItemWriter, status: ItemStatus): JsonObject[] {
    const { events, item } = writer.done(status)
    this.#items[writer.index] = item
    return [...events, { type: 'response.output_item.done', output_index: writer.index, item }]
  }
}
