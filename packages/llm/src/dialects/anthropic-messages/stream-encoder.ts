import type { StreamEncoder } from '../../operations/chat/chat-format.ts'
import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import { encodeEnd } from './answer-end.ts'
import { BlockWriter, frame } from './block-writer.ts'
import { CallSequence } from './call-sequence.ts'
import { encodeCitation } from './citations.ts'
import { encodeSeal, ownBlock } from './encode-block.ts'
import { encodeErrorBody } from './errors.ts'
import { encodeUsage } from './usage.ts'

/** The most of a refusal that is told, in characters. */
const refusalLengthMax = 1024 * 1024

/**
 * Writes a stream of `/v1/messages`. Blocks are sequential here: calls whose arguments are
 * interleaved are put one after the other, and the stream ends with an error where that is impossible.
 */
export function createStreamEncoder(): StreamEncoder {
  const blocks = new BlockWriter()
  const calls = new CallSequence(blocks)
  const refusal = new TextPieces()
  let refusalLength = 0
  let usage: Usage | undefined
  let broken = false

  function text({ startsPart, text: value }: Extract<StreamEvent, { type: 'text-delta' }>): string {
    const continues = blocks.open === 'text' && startsPart === undefined
    return (
      (continues ? '' : blocks.start('text', { type: 'text', text: '' })) +
      blocks.delta({ type: 'text_delta', text: value })
    )
  }

  function annotation(citation: JsonObject | undefined): string {
    if (citation === undefined) return ''
    const start = blocks.open === 'text' ? '' : blocks.start('text', { type: 'text', text: '' })
    return start + blocks.delta({ type: 'citations_delta', citation })
  }

  function openThinking(): string {
    return blocks.open === 'thinking'
      ? ''
      : blocks.start('thinking', { type: 'thinking', thinking: '', signature: '' })
  }

  function endReasoning(event: Extract<StreamEvent, { type: 'reasoning-end' }>): string {
    const { encryptedContent, maker, signature } = event
    const seal = encodeSeal(
      {
        ...(maker === undefined ? {} : { maker }),
        ...(signature === undefined ? {} : { signature }),
        ...(encryptedContent === undefined ? {} : { encrypted_content: encryptedContent }),
      },
      blocks.open === 'thinking',
    )
    if ('data' in seal) return blocks.whole({ type: 'redacted_thinking', data: seal.data })
    const start = openThinking()
    const { signature: told } = seal
    const sealed = told === '' ? '' : blocks.delta({ type: 'signature_delta', signature: told })
    return start + sealed + blocks.close()
  }

  function finish(event: Extract<StreamEvent, { type: 'finish' }>): string {
    const {
      fields,
      usage: counts,
      ...end
    } = encodeEnd(usage === undefined ? event : { ...event, usage }, refusal.toString())
    // Beside the end of the message stands what was done to its context.
    const { context_management: management, ...ofMessage } = fields
    return (
      calls.flush() +
      blocks.close() +
      frame({
        type: 'message_delta',
        delta: { ...end, ...ofMessage },
        usage: counts,
        ...(management === undefined ? {} : { context_management: management }),
      }) +
      frame({ type: 'message_stop' })
    )
  }

  function encodeContent(event: StreamEvent): string {
    switch (event.type) {
      case 'text-delta':
        return text(event)
      case 'annotation':
        return annotation(encodeCitation(event.annotation))
      case 'refusal-delta':
        refusalLength += event.text.length
        if (refusalLength <= refusalLengthMax) refusal.push(event.text)
        return ''
      case 'reasoning-delta':
        return openThinking() + blocks.delta({ type: 'thinking_delta', thinking: event.text })
      case 'reasoning-end':
        return endReasoning(event)
      case 'native': {
        const block = ownBlock(event.item)
        return block === undefined ? '' : blocks.native(block)
      }
      default:
        return ''
    }
  }

  return {
    encode(event) {
      if (broken) return ''
      switch (event.type) {
        case 'response-start':
          return frame({ type: 'message_start', message: emptyMessage(event.id, event.model) })
        case 'tool-call-start':
          return calls.start(event)
        case 'tool-call-delta': {
          const written = calls.delta(event.index, event.arguments)
          broken = written === undefined
          return written ?? frame(encodeErrorBody(interleavedCalls()))
        }
        case 'usage':
          usage = event.usage
          return ''
        case 'finish':
          return finish(event)
        case 'error':
          return frame(encodeErrorBody(event.error))
        default:
          return calls.flush() + encodeContent(event)
      }
    },
  }
}

function emptyMessage(id: string, model: string): JsonObject {
  return {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: encodeUsage(undefined),
  }
}

function interleavedCalls(): ModelError {
  return new ModelError(
    'upstream',
    'The provider interleaved the arguments of several tool calls in a way that this API cannot express. Send the request without streaming.',
  )
}
