import type { StreamEncoder } from '../../operations/chat/chat-format.ts'
import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { encodeErrorBody } from './errors.ts'
import { encodeStopReason } from './stop-reason.ts'
import { encodeUsage } from './usage.ts'

/**
 * Writes a stream of `/v1/messages`. Blocks are sequential here, so a call's block closes when the
 * next one opens; arguments that arrive for a closed call cannot be expressed and end the stream.
 */
export function createStreamEncoder(): StreamEncoder {
  let open: 'text' | 'thinking' | 'native' | number | undefined
  let index = -1
  let usage: Usage | undefined
  let broken = false

  function openBlock(kind: typeof open, block: JsonObject): string {
    const closed = closeBlock()
    open = kind
    index += 1
    return closed + send({ type: 'content_block_start', index, content_block: block })
  }

  function closeBlock(): string {
    if (open === undefined) return ''
    open = undefined
    return send({ type: 'content_block_stop', index })
  }

  function delta(fields: JsonObject): string {
    return send({ type: 'content_block_delta', index, delta: fields })
  }

  function text(value: string): string {
    const start = open === 'text' ? '' : openBlock('text', { type: 'text', text: '' })
    return start + delta({ type: 'text_delta', text: value })
  }

  function openThinking(): string {
    return open === 'thinking'
      ? ''
      : openBlock('thinking', { type: 'thinking', thinking: '', signature: '' })
  }

  function endReasoning(event: Extract<StreamEvent, { type: 'reasoning-end' }>): string {
    if (event.signature === undefined && event.encryptedContent !== undefined) {
      const block = { type: 'redacted_thinking', data: event.encryptedContent }
      return openBlock('thinking', block) + closeBlock()
    }
    const start = openThinking()
    const { signature } = event
    const sealed = signature === undefined ? '' : delta({ type: 'signature_delta', signature })
    return start + sealed + closeBlock()
  }

  return {
    encode(event) {
      if (broken) return ''
      switch (event.type) {
        case 'response-start':
          return send({ type: 'message_start', message: emptyMessage(event.id, event.model) })
        case 'text-delta':
        case 'refusal-delta':
          return text(event.text)
        case 'reasoning-delta':
          return openThinking() + delta({ type: 'thinking_delta', thinking: event.text })
        case 'reasoning-end':
          return endReasoning(event)
        case 'tool-call-start':
          return openBlock(event.index, {
            type: 'tool_use',
            id: event.id,
            name: event.name,
            input: {},
          })
        case 'tool-call-delta':
          if (open === event.index) {
            return delta({ type: 'input_json_delta', partial_json: event.arguments })
          }
          broken = true
          return send(encodeErrorBody(interleavedCalls()))
        case 'native':
          return event.item.dialect === 'anthropic-messages'
            ? openBlock('native', event.item.block) + closeBlock()
            : ''
        case 'annotation':
        case 'file':
          return ''
        case 'usage':
          usage = event.usage
          return ''
        case 'finish':
          return (
            closeBlock() +
            send({
              type: 'message_delta',
              delta: { stop_reason: encodeStopReason(event.finishReason), stop_sequence: null },
              usage: encodeUsage(usage),
            }) +
            send({ type: 'message_stop' })
          )
        case 'error':
          return send(encodeErrorBody(event.error))
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
    'The provider interleaved the arguments of several tool calls, which this API cannot express. Send the request without streaming.',
  )
}

function send(data: JsonObject): string {
  return `event: ${String(data['type'])}\ndata: ${JSON.stringify(data)}\n\n`
}
