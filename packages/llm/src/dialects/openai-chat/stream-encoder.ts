import type { StreamEncoder, StreamEncoderOptions } from '../../operations/chat/chat-format.ts'
import type { JsonObject } from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { encodeErrorBody } from './errors.ts'
import { encodeUsage } from './usage.ts'

/**
 * Writes chat completion chunks. If the caller asked for usage, `usage` is null on every chunk but
 * the last, as with OpenAI. An error ends the stream with `{"error": …}` and no `[DONE]`; the
 * official SDKs raise it.
 */
export function createStreamEncoder(options: StreamEncoderOptions): StreamEncoder {
  let head: JsonObject = { id: '', object: 'chat.completion.chunk', created: 0, model: '' }
  let usage: Usage | undefined

  function chunk(delta: JsonObject, finishReason: string | null = null): string {
    return send({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(options.includeUsage ? { usage: null } : {}),
    })
  }

  function usageChunk(): string {
    return options.includeUsage && usage !== undefined
      ? send({ ...head, choices: [], usage: encodeUsage(usage) })
      : ''
  }

  return {
    encode(event: StreamEvent): string {
      switch (event.type) {
        case 'response-start':
          head = { ...head, id: event.id, created: event.createdAt, model: event.model }
          return chunk({ role: 'assistant', content: '', refusal: null })
        case 'text-delta':
          return chunk({ content: event.text })
        case 'refusal-delta':
          return chunk({ refusal: event.text })
        case 'reasoning-delta':
          return chunk({ reasoning_content: event.text })
        case 'reasoning-end':
          return ''
        case 'tool-call-start': {
          const called = { name: event.name, arguments: '' }
          const call = { index: event.index, id: event.id, type: 'function', function: called }
          return chunk({ tool_calls: [call] })
        }
        case 'tool-call-delta':
          return chunk({
            tool_calls: [{ index: event.index, function: { arguments: event.arguments } }],
          })
        case 'annotation':
        case 'file':
        case 'native':
          return ''
        case 'usage':
          usage = event.usage
          return ''
        case 'finish':
          return `${chunk({}, event.finishReason)}${usageChunk()}data: [DONE]\n\n`
        case 'error':
          return send(encodeErrorBody(event.error))
      }
    },
  }
}

function send(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`
}
