import {
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  parseJsonOrUndefined,
  stringOrUndefined,
} from '@fairlead/base'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import { type BlockKind, callStart, fileOf, kindOf, nativeItem } from './answer-block.ts'
import { decodeCitation } from './citations.ts'
import { reasoningEnd } from './content-reader.ts'

/** Characters of what is sent on only when it is whole. */
const heldCharactersMax = 16 * 1024 * 1024

interface OpenBlock {
  readonly index: number
  readonly kind: BlockKind
  /** What its start says, for blocks that are sent on whole. */
  readonly start: JsonObject
  readonly toolIndex: number
  /** Seals, input and bytes, which are needed whole. */
  readonly pieces: TextPieces
  readonly redacted: TextPieces
  /** The pieces of a result of a tool that Bedrock runs itself. */
  readonly results: JsonObject[]
  sawInput: boolean
}

/** Turns the blocks of a stream, piece by piece, into stream events. One is open at a time. */
interface StreamBlocks {
  start(index: number, start: JsonObject): StreamEvent[]
  delta(index: number, delta: JsonObject): StreamEvent[]
  /** Closes the open block. */
  stop(): StreamEvent[]
  readonly toolCalls: number
  /** Whether more has to be held than there is room for. */
  readonly overflow: boolean
}

export function createStreamBlocks(): StreamBlocks {
  let open: OpenBlock | undefined
  let toolCalls = 0
  let afterText = false
  let startsPart = false
  let heldCharacters = 0

  function begin(index: number, kind: BlockKind, start: JsonObject): StreamEvent[] {
    const events = stop()
    startsPart = afterText
    afterText = kind === 'text' || kind === 'answer'
    open = {
      index,
      kind,
      start,
      toolIndex: toolCalls,
      pieces: new TextPieces(),
      redacted: new TextPieces(),
      results: [],
      sawInput: false,
    }
    if (kind !== 'call') return events
    toolCalls += 1
    return [...events, callStart(objectOrEmpty(start['toolUse']), open.toolIndex)]
  }

  function textEvents(text: unknown): StreamEvent[] {
    if (typeof text !== 'string' || text === '') return []
    const part = startsPart ? { startsPart } : {}
    startsPart = false
    return [{ type: 'text-delta', text, ...part }]
  }

  function hold(pieces: TextPieces, text: unknown): StreamEvent[] {
    if (typeof text === 'string') {
      heldCharacters += text.length
      if (heldCharacters <= heldCharactersMax) pieces.push(text)
    }
    return []
  }

  function inputEvents(block: OpenBlock, text: unknown): StreamEvent[] {
    if (typeof text !== 'string' || text === '') return []
    block.sawInput = true
    if (block.kind === 'answer') return textEvents(text)
    if (block.kind !== 'call') return hold(block.pieces, text)
    return [{ type: 'tool-call-delta', index: block.toolIndex, arguments: text }]
  }

  function reasoningEvents(block: OpenBlock, content: JsonObject): StreamEvent[] {
    hold(block.pieces, content['signature'])
    hold(block.redacted, content['redactedContent'])
    const { text } = content
    return typeof text === 'string' && text !== '' ? [{ type: 'reasoning-delta', text }] : []
  }

  function stop(): StreamEvent[] {
    const block = open
    open = undefined
    if (block === undefined) return []
    switch (block.kind) {
      case 'reasoning':
        return [reasoningEnd(block.pieces.toString(), block.redacted.toString())]
      case 'call':
      case 'answer':
        return block.sawInput ? [] : inputEvents(block, '{}')
      case 'image': {
        const bytes = block.pieces.toString()
        const image = { ...objectOrEmpty(block.start['image']), source: { bytes } }
        const file = bytes === '' ? undefined : fileOf(image)
        return file === undefined ? [] : [{ type: 'file', file }]
      }
      case 'native':
        return [{ type: 'native', item: nativeItem(wholeBlock(block)) }]
      case 'cited':
      case 'text':
        return []
    }
  }

  return {
    start: (index, start) => begin(index, kindOf(start), start),
    delta(index, delta) {
      const events = open?.index === index ? [] : begin(index, kindOfDelta(delta), {})
      const block = open
      if (block === undefined) return events
      const { citation, image, reasoningContent, text, toolResult, toolUse } = delta
      if (text !== undefined) events.push(...textEvents(text))
      if (citation !== undefined) {
        events.push({ type: 'annotation', annotation: decodeCitation(citation) })
      }
      if (isJsonObject(reasoningContent)) events.push(...reasoningEvents(block, reasoningContent))
      if (isJsonObject(toolUse)) events.push(...inputEvents(block, toolUse['input']))
      if (isJsonObject(image)) hold(block.pieces, objectOrEmpty(image['source'])['bytes'])
      if (Array.isArray(toolResult)) {
        heldCharacters += JSON.stringify(toolResult).length
        if (heldCharacters <= heldCharactersMax) {
          for (const piece of toolResult) block.results.push(objectOrEmpty(piece))
        }
      }
      return events
    },
    stop,
    get toolCalls() {
      return toolCalls
    },
    get overflow() {
      return heldCharacters > heldCharactersMax
    },
  }
}

/** Text and thinking have no start of their own. */
function kindOfDelta(delta: JsonObject): BlockKind {
  if (isJsonObject(delta['reasoningContent'])) return 'reasoning'
  return delta['text'] !== undefined || delta['citation'] !== undefined ? 'text' : 'native'
}

/** The block of a tool that Bedrock runs itself, as a whole answer has it. */
function wholeBlock({ pieces, results, start }: OpenBlock): JsonObject {
  const { toolResult, toolUse } = start
  if (isJsonObject(toolUse)) {
    const text = pieces.toString()
    return {
      toolUse: { ...toolUse, input: text === '' ? {} : (parseJsonOrUndefined(text) ?? text) },
    }
  }
  if (isJsonObject(toolResult)) return { toolResult: { ...toolResult, content: joined(results) } }
  return start
}

/** Text comes in pieces, everything else whole. */
function joined(results: readonly JsonObject[]): JsonObject[] {
  const content: JsonObject[] = []
  let texts: string[] = []
  const close = () => {
    if (texts.length > 0) content.push({ text: texts.join('') })
    texts = []
  }
  for (const result of results) {
    const text = stringOrUndefined(result['text'])
    if (text !== undefined) texts.push(text)
    else {
      close()
      content.push(result)
    }
  }
  close()
  return content
}
