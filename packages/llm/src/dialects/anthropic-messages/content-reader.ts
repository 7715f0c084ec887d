import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { answerToolName } from './json-answer.ts'

interface OpenBlock {
  /**
   * `answer` is the tool whose input is a JSON answer; `skipped` are blocks of tools that the
   * provider runs itself, compactions and whatever else is not for the caller.
   */
  readonly kind: 'text' | 'thinking' | 'call' | 'answer' | 'skipped'
  readonly toolIndex: number
  /** The input that came with the start, emitted if no delta follows. */
  readonly input: JsonObject
  sawInput: boolean
  signature: string
}

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

  function stop(index: number): StreamEvent[] {
    const block = open.get(index)
    open.delete(index)
    if (block === undefined) return []
    if (block.kind === 'thinking') {
      openThinking -= 1
      return [
        {
          type: 'reasoning-end',
          ...(block.signature === '' ? {} : { signature: block.signature }),
        },
      ]
    }
    return block.sawInput ? [] : inputEvents(block, JSON.stringify(block.input))
  }

  function inputEvents(block: OpenBlock, text: string): StreamEvent[] {
    if (text === '') return []
    block.sawInput = true
    if (block.kind === 'answer') return [{ type: 'text-delta', text }]
    return block.kind === 'call'
      ? [{ type: 'tool-call-delta', index: block.toolIndex, arguments: text }]
      : []
  }

  return {
    start(index, value) {
      const block = objectOrEmpty(value)
      const kind = kindOf(block)
      const events = stop(index)
      if (kind === 'thinking') openThinking += 1
      open.set(index, {
        kind,
        toolIndex: toolCalls,
        input: objectOrEmpty(block['input']),
        sawInput: false,
        signature: stringOrUndefined(block['signature']) ?? '',
      })
      if (kind === 'call') {
        events.push({
          type: 'tool-call-start',
          index: toolCalls,
          id: stringOrUndefined(block['id']) ?? `toolu_${toolCalls}`,
          name: stringOrUndefined(block['name']) ?? '',
        })
        toolCalls += 1
      }
      if (block['type'] === 'redacted_thinking') {
        const encryptedContent = stringOrUndefined(block['data']) ?? ''
        events.push({ type: 'reasoning-end', encryptedContent })
      }
      events.push(...textEvents(kind, block['text'] ?? block['thinking']))
      output ||= events.length > 0
      return events
    },
    delta(index, value) {
      const block = open.get(index)
      const delta = objectOrEmpty(value)
      if (block === undefined) return []
      output ||= block.kind !== 'skipped'
      switch (delta['type']) {
        case 'text_delta':
          return textEvents(block.kind, delta['text'])
        case 'thinking_delta':
          return textEvents(block.kind, delta['thinking'])
        case 'signature_delta':
          block.signature += stringOrUndefined(delta['signature']) ?? ''
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
    case 'tool_use':
      return block['name'] === answerToolName ? 'answer' : 'call'
    default:
      return 'skipped'
  }
}

function textEvents(kind: OpenBlock['kind'], text: unknown): StreamEvent[] {
  if (typeof text !== 'string' || text === '') return []
  if (kind === 'text') return [{ type: 'text-delta', text }]
  return kind === 'thinking' ? [{ type: 'reasoning-delta', text }] : []
}

/** The API's explanation of a refusal, as the refusal that the caller sees. */
export function refusalEvents(stopDetails: unknown): StreamEvent[] {
  const explanation = isJsonObject(stopDetails) ? stopDetails['explanation'] : undefined
  return typeof explanation === 'string' && explanation !== ''
    ? [{ type: 'refusal-delta', text: explanation }]
    : []
}
