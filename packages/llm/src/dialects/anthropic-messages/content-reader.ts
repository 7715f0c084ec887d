import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  parseJsonOrUndefined,
  stringOrUndefined,
} from '@fairlead/base'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import { decodeCitation } from './citations.ts'
import { dialectName } from './dialect-name.ts'
import { answerToolName } from './json-answer.ts'
import { extrasOf } from './part-fields.ts'

interface OpenBlock {
  /**
   * `answer` is the tool whose input is a JSON answer; `native` are blocks of tools that the provider
   * runs itself, compactions and whatever else only this dialect knows.
   */
  readonly kind: 'text' | 'thinking' | 'sealed' | 'call' | 'answer' | 'native'
  readonly toolIndex: number
  /** The block as it started. */
  readonly block: JsonObject
  sawInput: boolean
  signature: string
  /** Characters of text so far. */
  textLength: number
  readonly citations: JsonObject[]
  /** The pieces of what a native block gets after its start. */
  readonly pieces: TextPieces
  /** Characters that are held in the two above. */
  heldLength: number
}

/** Beyond it, what a block holds back until its end is left out: no block of any use is as long. */
const heldLengthMax = 16 * 1024 * 1024

/** Turns content blocks, whole or piece by piece, into stream events. */
interface ContentReader {
  start(index: number, block: unknown): StreamEvent[]
  delta(index: number, delta: unknown): StreamEvent[]
  stop(index: number): StreamEvent[]
  /** Closes all open blocks. */
  stopAll(): StreamEvent[]
  toolCallCount(): number
  /** Whether a block of thinking is open. */
  thinking(): boolean
  /** Whether anything has been emitted that cannot be taken back. */
  hasOutput(): boolean
}

export function createContentReader(): ContentReader {
  const open = new Map<number, OpenBlock>()
  let toolCalls = 0
  let openThinking = 0
  let output = false
  /** Whether the latest block was a text, so that another one is not taken for its rest. */
  let afterText = false

  function stop(index: number): StreamEvent[] {
    const block = open.get(index)
    open.delete(index)
    if (block === undefined) return []
    switch (block.kind) {
      case 'text':
        afterText = block.textLength > 0 || afterText
        return block.citations.map((citation) => ({
          type: 'annotation',
          annotation: decodeCitation(citation, block.textLength),
        }))
      case 'thinking':
        openThinking -= 1
        return [{ type: 'reasoning-end', ...sealOf(block.signature) }]
      case 'native': {
        output = true
        const item = {
          type: 'fairlead:native',
          role: 'assistant',
          dialect: dialectName,
          block: wholeNative(block),
        } as const
        return [{ type: 'native', item }]
      }
      default:
        return block.sawInput
          ? []
          : inputEvents(block, JSON.stringify(objectOrEmpty(block.block['input'])))
    }
  }

  function inputEvents(block: OpenBlock, text: string): StreamEvent[] {
    if (text === '') return []
    block.sawInput = true
    if (block.kind === 'answer') return textEvents(block, text)
    return block.kind === 'call'
      ? [{ type: 'tool-call-delta', index: block.toolIndex, arguments: text }]
      : []
  }

  function textEvents(block: OpenBlock, text: unknown): StreamEvent[] {
    if (typeof text !== 'string' || text === '') return []
    if (block.kind === 'thinking') return [{ type: 'reasoning-delta', text }]
    const startsPart = afterText && block.textLength === 0
    block.textLength += text.length
    return [{ type: 'text-delta', text, ...(startsPart ? { startsPart } : {}) }]
  }

  function startCall(block: JsonObject): StreamEvent {
    const extras = extrasOf(block, ['type', 'id', 'name', 'input'])
    const event: StreamEvent = {
      type: 'tool-call-start',
      index: toolCalls,
      id: stringOrUndefined(block['id']) ?? `toolu_${toolCalls}`,
      name: stringOrUndefined(block['name']) ?? '',
      ...(extras === undefined ? {} : { extras }),
    }
    toolCalls += 1
    return event
  }

  return {
    start(index, value) {
      const block = objectOrEmpty(value)
      const kind = kindOf(block)
      const events = stop(index)
      if (kind !== 'text') afterText = false
      if (kind === 'thinking') openThinking += 1
      const opened: OpenBlock = {
        kind,
        toolIndex: toolCalls,
        block,
        sawInput: false,
        signature: stringOrUndefined(block['signature']) ?? '',
        textLength: 0,
        citations: arrayOrEmpty(block['citations']).filter(isJsonObject),
        pieces: new TextPieces(),
        heldLength: 0,
      }
      open.set(index, opened)
      if (kind === 'call') events.push(startCall(block))
      if (kind === 'sealed') {
        const encryptedContent = stringOrUndefined(block['data']) ?? ''
        events.push({ type: 'reasoning-end', maker: dialectName, encryptedContent })
      }
      if (kind === 'text') events.push(...textEvents(opened, block['text']))
      if (kind === 'thinking') events.push(...textEvents(opened, block['thinking']))
      output ||= events.length > 0
      return events
    },
    delta(index, value) {
      const block = open.get(index)
      const delta = objectOrEmpty(value)
      if (block === undefined) return []
      if (block.kind === 'native') {
        hold(block, delta['partial_json'] ?? delta['content'])
        return []
      }
      output = true
      switch (delta['type']) {
        case 'text_delta':
          return textEvents(block, delta['text'])
        case 'thinking_delta':
          return textEvents(block, delta['thinking'])
        case 'signature_delta':
          block.signature += stringOrUndefined(delta['signature']) ?? ''
          return []
        case 'citations_delta':
          holdCitation(block, delta['citation'])
          return []
        case 'input_json_delta':
          return inputEvents(block, stringOrUndefined(delta['partial_json']) ?? '')
        default:
          return []
      }
    },
    stop,
    stopAll: () => [...open.keys()].flatMap(stop),
    toolCallCount: () => toolCalls,
    thinking: () => openThinking > 0,
    hasOutput: () => output,
  }
}

function kindOf(block: JsonObject): OpenBlock['kind'] {
  switch (block['type']) {
    case 'text':
      return 'text'
    case 'thinking':
      return 'thinking'
    case 'redacted_thinking':
      return 'sealed'
    case 'tool_use':
      return block['name'] === answerToolName ? 'answer' : 'call'
    default:
      return 'native'
  }
}

function sealOf(signature: string) {
  return signature === '' ? {} : { maker: dialectName, signature }
}

function hold(block: OpenBlock, piece: unknown): void {
  if (typeof piece !== 'string') return
  block.heldLength += piece.length
  if (block.heldLength <= heldLengthMax) block.pieces.push(piece)
}

function holdCitation(block: OpenBlock, citation: unknown): void {
  if (!isJsonObject(citation)) return
  block.heldLength += JSON.stringify(citation).length
  if (block.heldLength <= heldLengthMax) block.citations.push(citation)
}

/** A native block with what came after its start: its input, or the text of a compaction. */
function wholeNative({ block, pieces }: OpenBlock): JsonObject {
  const text = pieces.toString()
  if (text === '') return block
  if (block['type'] === 'compaction') return { ...block, content: text }
  const input = parseJsonOrUndefined(text)
  return isJsonObject(input) ? { ...block, input } : block
}

/** The API's explanation of a refusal, as the refusal that the caller sees. */
export function refusalEvents(stopDetails: unknown): StreamEvent[] {
  const explanation = isJsonObject(stopDetails) ? stopDetails['explanation'] : undefined
  return typeof explanation === 'string' && explanation !== ''
    ? [{ type: 'refusal-delta', text: explanation }]
    : []
}
