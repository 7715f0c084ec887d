import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  stringOrUndefined,
} from '@fairlead/base'
import type { FunctionCallItem, Item } from '../../operations/chat/item.ts'
import type { MessageStart, StreamEvent } from '../../operations/chat/stream-event.ts'
import { decodeAnnotation } from './annotations.ts'
import { extrasOf } from './decode-content.ts'
import { isRunByProvider } from './decode-items.ts'
import { decodeOutputItem } from './decode-output.ts'
import { unwrapSealed } from '../../operations/chat/sealed-text.ts'
import { dialectName } from './dialect-name.ts'

/** An item of the answer whose events have begun. */
interface OpenItem {
  readonly type: string
  /** Of the message, told with its first text. */
  start: MessageStart | undefined
  /** Of the call, once it has been told. */
  callIndex: number | undefined
  /** Characters that have been told of each text, by its place: a part, a summary, the arguments. */
  readonly told: Map<string, number>
  /** The part whose text was told last. */
  textPart: number | undefined
  /** Annotations that have been told of each part. */
  readonly annotations: Map<number, number>
}

type TextEvent = (text: string) => StreamEvent[]

/**
 * Turns the events of output items into stream events. Items are known by their place in the output:
 * some servers give them another id in every event. What servers leave out on the way is told when
 * the item is done.
 */
export class OutputReader {
  readonly #open = new Map<number, OpenItem>()
  readonly #done = new Set<number>()
  #calls = 0
  #openReasoning = 0
  #previousIsMessage = false

  /** Whether a reasoning item is being written, even if no text of it comes. */
  get thinking(): boolean {
    return this.#openReasoning > 0
  }

  get hasCalls(): boolean {
    return this.#calls > 0
  }

  added(place: number, item: JsonObject): StreamEvent[] {
    const type = stringOrUndefined(item['type']) ?? ''
    const open: OpenItem = {
      type,
      start: type === 'message' ? messageStart(item, this.#previousIsMessage) : undefined,
      callIndex: undefined,
      textPart: undefined,
      told: new Map(),
      annotations: new Map(),
    }
    if (this.#open.get(place)?.type === 'reasoning') this.#openReasoning -= 1
    if (type === 'reasoning') this.#openReasoning += 1
    this.#open.set(place, open)
    this.#previousIsMessage = type === 'message'
    return isCall(type) && item['name'] && !isRunByProvider(item) ? this.#startCall(open, item) : []
  }

  /** A piece of text of one of the kinds that items have, as its event tells it. */
  delta(
    place: number,
    kind: 'text' | 'refusal' | 'summary' | 'thinking' | 'call',
    event: JsonObject,
  ) {
    const open = this.#open.get(place) ?? this.#opened(place, kind)
    const part =
      numberOrUndefined(event[kind === 'summary' ? 'summary_index' : 'content_index']) ?? 0
    const text = stringOrUndefined(event['delta']) ?? ''
    return this.#tell(open, `${kind}${part}`, text, eventFor(open, kind, part, event['logprobs']))
  }

  annotation(place: number, event: JsonObject): StreamEvent[] {
    const open = this.#open.get(place)
    const { annotation } = event
    if (open === undefined || !isJsonObject(annotation)) return []
    const part = numberOrUndefined(event['content_index']) ?? 0
    open.annotations.set(part, (open.annotations.get(part) ?? 0) + 1)
    return [{ type: 'annotation', annotation: decodeAnnotation(annotation) }]
  }

  done(place: number, item: JsonObject): StreamEvent[] {
    if (this.#done.has(place)) return []
    const added = this.#open.has(place) ? [] : this.added(place, item)
    const open = this.#open.get(place)
    this.#open.delete(place)
    if (open?.type === 'reasoning') this.#openReasoning -= 1
    this.#done.add(place)
    return open === undefined ? [] : [...added, ...this.#rest(open, item)]
  }

  /**
   * The answer is complete: tells what has not been told of its output. Places may have had gaps, but
   * their order is that of the output.
   */
  finish(output: readonly unknown[]): StreamEvent[] {
    const places = [...this.#done, ...this.#open.keys()].toSorted((left, right) => left - right)
    const next = (places.at(-1) ?? -1) + 1 - places.length
    return output.flatMap((item, index) =>
      isJsonObject(item) ? this.done(places[index] ?? next + index, item) : [],
    )
  }

  #opened(place: number, kind: string): OpenItem {
    const type = { summary: 'reasoning', thinking: 'reasoning', call: 'function_call' }[kind]
    this.added(place, { type: type ?? 'message' })
    return this.#open.get(place) as OpenItem
  }

  #tell(open: OpenItem, place: string, text: string, events: TextEvent): StreamEvent[] {
    // A call without a name cannot be told yet.
    if (text === '' || (isCall(open.type) && open.callIndex === undefined)) return []
    open.told.set(place, (open.told.get(place) ?? 0) + text.length)
    return events(text)
  }

  #rest(open: OpenItem, item: JsonObject): StreamEvent[] {
    const decoded = decodeOutputItem(item)
    switch (decoded.type) {
      case 'message':
        return this.#restOfMessage(open, decoded)
      case 'reasoning':
        return this.#restOfReasoning(open, decoded, item)
      case 'function_call': {
        const started = open.callIndex === undefined ? this.#startCall(open, item) : []
        return [...started, ...this.#restOf(open, 'call', 0, decoded.arguments)]
      }
      case 'fairlead:native':
        return [{ type: 'native', item: decoded }]
      case 'function_call_output':
        return []
    }
  }

  #restOfMessage(open: OpenItem, { content }: Extract<Item, { type: 'message' }>): StreamEvent[] {
    return content.flatMap((part, index) => {
      if (part.type === 'refusal') return this.#restOf(open, 'refusal', index, part.refusal)
      if (part.type !== 'output_text') return []
      const { annotations = [], logprobs, text } = part
      const untold = annotations.slice(open.annotations.get(index) ?? 0)
      return [
        ...this.#restOf(open, 'text', index, text, logprobs),
        ...untold.map((annotation): StreamEvent => ({ type: 'annotation', annotation })),
      ]
    })
  }

  #restOfReasoning(
    open: OpenItem,
    decoded: Extract<Item, { type: 'reasoning' }>,
    { encrypted_content: sealed, id }: JsonObject,
  ): StreamEvent[] {
    const { content = [], maker, summary } = decoded
    const seal =
      typeof sealed === 'string' && sealed !== ''
        ? unwrapSealed(sealed, dialectName, 'encrypted_content')
        : undefined
    return [
      ...summary.flatMap(({ text }, part) => this.#restOf(open, 'summary', part, text)),
      ...content.flatMap(({ text }, part) => this.#restOf(open, 'thinking', part, text)),
      {
        type: 'reasoning-end',
        ...(typeof id === 'string' && id !== '' ? { id } : {}),
        ...(maker === undefined ? {} : { maker }),
        ...(seal?.field === 'encrypted_content' ? { encryptedContent: seal.text } : {}),
        ...(seal?.field === 'signature' ? { signature: seal.text } : {}),
      },
    ]
  }

  /** What is missing of a text that deltas have told in part, or not at all. */
  #restOf(
    open: OpenItem,
    kind: 'text' | 'refusal' | 'summary' | 'thinking' | 'call',
    part: number,
    text: string,
    logprobs?: readonly unknown[],
  ): StreamEvent[] {
    const place = `${kind}${part}`
    const told = open.told.get(place) ?? 0
    const events = eventFor(open, kind, part, told === 0 ? logprobs : undefined)
    return this.#tell(open, place, text.slice(told), events)
  }

  #startCall(open: OpenItem, item: JsonObject): StreamEvent[] {
    const isCustom = item['type'] === 'custom_tool_call'
    const textField = isCustom ? 'input' : 'arguments'
    const { call_id: callId, id, name } = item
    open.callIndex = this.#calls
    this.#calls += 1
    const extras = extrasOf(item, ['type', 'id', 'status', 'call_id', 'name', textField])
    return [
      {
        type: 'tool-call-start',
        index: open.callIndex,
        id: stringOrUndefined(callId) ?? stringOrUndefined(id) ?? `call_${open.callIndex}`,
        name: stringOrUndefined(name) ?? '',
        ...(isCustom ? { custom: true as const } : {}),
        ...(typeof id === 'string' && id !== '' ? { itemId: id } : {}),
        ...(extras satisfies Pick<FunctionCallItem, 'extras'>),
      },
    ]
  }
}

function isCall(type: string): boolean {
  return type === 'function_call' || type === 'custom_tool_call'
}

function messageStart(item: JsonObject, followsMessage: boolean): MessageStart | undefined {
  const { id, phase } = item
  const start = {
    ...(typeof id === 'string' && id !== '' ? { id } : {}),
    ...(typeof phase === 'string' ? { phase } : {}),
  }
  return followsMessage || Object.keys(start).length > 0 ? start : undefined
}

function eventFor(
  open: OpenItem,
  kind: 'text' | 'refusal' | 'summary' | 'thinking' | 'call',
  part: number,
  logprobs: unknown,
): TextEvent {
  const message = () => {
    const { start } = open
    open.start = undefined
    return start === undefined ? {} : { message: start }
  }
  switch (kind) {
    case 'text': {
      const tokens = arrayOrEmpty(logprobs)
      return (text) => {
        const { textPart } = open
        open.textPart = part
        return [
          {
            type: 'text-delta',
            text,
            ...(tokens.length === 0 ? {} : { logprobs: tokens }),
            ...(textPart === undefined || textPart === part ? {} : { startsPart: true as const }),
            ...message(),
          },
        ]
      }
    }
    case 'refusal':
      return (text) => [{ type: 'refusal-delta', text, ...message() }]
    case 'summary':
      return (text) => [{ type: 'reasoning-delta', text, summaryPart: part }]
    case 'thinking':
      return (text) => [{ type: 'reasoning-delta', text }]
    case 'call':
      return (text) => [{ type: 'tool-call-delta', index: open.callIndex ?? 0, arguments: text }]
  }
}
