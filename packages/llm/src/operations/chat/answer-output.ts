import type {
  Annotation,
  ContentPart,
  Item,
  ItemStatus,
  NativeItem,
  OutputFilePart,
  ReasoningItem,
} from './item.ts'
import type { MessageStart, StreamEvent } from './stream-event.ts'
import { TextPieces } from './text-pieces.ts'

/** The events that add to an answer's items. */
type OutputEvent = Exclude<StreamEvent, { type: 'response-start' | 'usage' | 'finish' | 'error' }>

interface OpenText {
  readonly kind: 'text'
  readonly pieces: TextPieces
  readonly annotations: Annotation[]
  readonly logprobs: unknown[]
}
interface OpenRefusal {
  readonly kind: 'refusal'
  readonly pieces: TextPieces
}
interface WholeFile {
  readonly kind: 'file'
  readonly file: OutputFilePart
}
interface OpenMessage {
  readonly kind: 'message'
  readonly start: MessageStart
  readonly parts: (OpenText | OpenRefusal | WholeFile)[]
}
interface OpenReasoning {
  readonly kind: 'reasoning'
  readonly pieces: TextPieces
  readonly summary: TextPieces[]
  end: Extract<StreamEvent, { type: 'reasoning-end' }> | undefined
}
interface OpenCall {
  readonly kind: 'call'
  readonly start: Extract<StreamEvent, { type: 'tool-call-start' }>
  readonly pieces: TextPieces
}
interface WholeItem {
  readonly kind: 'native'
  readonly item: NativeItem
}
type OpenItem = OpenMessage | OpenReasoning | OpenCall | WholeItem

/** The items of an answer, as its events write them. Consecutive deltas of one kind are joined. */
export class AnswerOutput {
  readonly #open: OpenItem[] = []
  readonly #calls = new Map<number, OpenCall>()

  push(event: OutputEvent): void {
    switch (event.type) {
      case 'text-delta': {
        if (event.message !== undefined) this.#startMessage(event.message)
        const text = this.#openText(event.startsPart)
        text.pieces.push(event.text)
        for (const entry of event.logprobs ?? []) text.logprobs.push(entry)
        break
      }
      case 'annotation':
        this.#openText().annotations.push(event.annotation)
        break
      case 'refusal-delta':
        if (event.message !== undefined) this.#startMessage(event.message)
        this.#openRefusal().pieces.push(event.text)
        break
      case 'file':
        this.#message().parts.push({ kind: 'file', file: event.file })
        break
      case 'reasoning-delta':
        piecesFor(this.#reasoning(), event.summaryPart).push(event.text)
        break
      case 'reasoning-end':
        this.#reasoning().end = event
        break
      case 'tool-call-start': {
        const call: OpenCall = { kind: 'call', start: event, pieces: new TextPieces() }
        this.#calls.set(event.index, call)
        this.#open.push(call)
        break
      }
      case 'tool-call-delta':
        this.#calls.get(event.index)?.pieces.push(event.arguments)
        break
      case 'native':
        this.#open.push({ kind: 'native', item: event.item })
        break
    }
  }

  /** `lastStatus` is the status of the item still being written; all before it are complete. */
  items(lastStatus: ItemStatus): Item[] {
    const last = this.#open.length - 1
    return this.#open.map((item, index) =>
      closeItem(item, index === last ? lastStatus : 'completed'),
    )
  }

  #message(): OpenMessage {
    const last = this.#open.at(-1)
    return last?.kind === 'message' ? last : this.#startMessage({})
  }

  #startMessage(start: MessageStart): OpenMessage {
    const message: OpenMessage = { kind: 'message', start, parts: [] }
    this.#open.push(message)
    return message
  }

  #openText(startsPart?: true): OpenText {
    const { parts } = this.#message()
    const last = parts.at(-1)
    if (last?.kind === 'text' && startsPart === undefined) return last
    const text: OpenText = { kind: 'text', pieces: new TextPieces(), annotations: [], logprobs: [] }
    parts.push(text)
    return text
  }

  #openRefusal(): OpenRefusal {
    const { parts } = this.#message()
    const last = parts.at(-1)
    if (last?.kind === 'refusal') return last
    const refusal: OpenRefusal = { kind: 'refusal', pieces: new TextPieces() }
    parts.push(refusal)
    return refusal
  }

  #reasoning(): OpenReasoning {
    const last = this.#open.at(-1)
    if (last?.kind === 'reasoning' && last.end === undefined) return last
    const reasoning: OpenReasoning = {
      kind: 'reasoning',
      pieces: new TextPieces(),
      summary: [],
      end: undefined,
    }
    this.#open.push(reasoning)
    return reasoning
  }
}

function piecesFor(reasoning: OpenReasoning, summaryPart: number | undefined): TextPieces {
  if (summaryPart === undefined) return reasoning.pieces
  // Parts count up from 0; one that leaves a gap is the next.
  const index = Math.min(summaryPart, reasoning.summary.length)
  return (reasoning.summary[index] ??= new TextPieces())
}

function closeItem(item: OpenItem, status: ItemStatus): Item {
  switch (item.kind) {
    case 'message':
      return {
        type: 'message',
        ...item.start,
        role: 'assistant',
        status,
        content: item.parts.map(closePart),
      }
    case 'reasoning':
      return closeReasoning(item, status)
    case 'call': {
      const { id, itemId, name, custom, signature, maker, extras } = item.start
      const text = item.pieces.toString()
      const isEmptyJson = text === '' && status === 'completed' && custom === undefined
      return {
        type: 'function_call',
        ...(itemId === undefined ? {} : { id: itemId }),
        status,
        call_id: id,
        name,
        arguments: isEmptyJson ? '{}' : text,
        ...(custom === undefined ? {} : { custom }),
        ...(signature === undefined ? {} : { signature }),
        ...(maker === undefined ? {} : { maker }),
        ...(extras === undefined ? {} : { extras }),
      }
    }
    case 'native':
      return item.item
  }
}

function closeReasoning(
  { end, pieces, summary }: OpenReasoning,
  status: ItemStatus,
): ReasoningItem {
  const text = pieces.toString()
  const { id, maker, signature, encryptedContent } = end ?? {}
  return {
    type: 'reasoning',
    ...(id === undefined ? {} : { id }),
    status: end === undefined ? status : 'completed',
    summary: summary.map((part) => ({ type: 'summary_text', text: part.toString() })),
    ...(text === '' ? {} : { content: [{ type: 'reasoning_text', text }] }),
    ...(maker === undefined ? {} : { maker }),
    ...(signature === undefined ? {} : { signature }),
    ...(encryptedContent === undefined ? {} : { encrypted_content: encryptedContent }),
  }
}

function closePart(part: OpenText | OpenRefusal | WholeFile): ContentPart {
  switch (part.kind) {
    case 'file':
      return part.file
    case 'refusal':
      return { type: 'refusal', refusal: part.pieces.toString() }
    case 'text': {
      const { annotations, logprobs } = part
      return {
        type: 'output_text',
        text: part.pieces.toString(),
        ...(annotations.length === 0 ? {} : { annotations: [...annotations] }),
        ...(logprobs.length === 0 ? {} : { logprobs: [...logprobs] }),
      }
    }
  }
}
