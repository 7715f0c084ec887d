import type { StreamEncoder, StreamEncoderOptions } from '../../operations/chat/chat-format.ts'
import type { JsonObject } from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { encodeAnnotations } from './annotations.ts'
import { encodeFiles, isSound } from './answer-files.ts'
import { callSealForCaller } from './call-seal.ts'
import { encodeErrorBody } from './errors.ts'
import { ReasoningEncoder } from './reasoning-encoder.ts'
import { ownFields, serviceTierField } from './response-extras.ts'
import { encodeUsage } from './usage.ts'

/**
 * Writes chat completion chunks. If the caller asked for usage, `usage` is null on every chunk but
 * the last, as with OpenAI. An error ends the stream with `{"error": …}` and no `[DONE]`; the
 * official SDKs raise it.
 */
export function createStreamEncoder(options: StreamEncoderOptions): StreamEncoder {
  let head: JsonObject = { id: '', object: 'chat.completion.chunk', created: 0, model: '' }
  let usage: Usage | undefined
  let images = 0
  /** Characters of text, and how many came before the latest text part. */
  let length = 0
  let partStart = 0
  const reasoning = new ReasoningEncoder()
  const customCalls = new Set<number>()

  function chunk(
    delta: JsonObject,
    { finishReason = null, logprobs, ...others }: ChunkFields = {},
  ): string {
    const { choice, top } = others
    const tokens = logprobs === undefined ? null : { content: logprobs, refusal: null }
    return send({
      ...top,
      ...head,
      choices: [{ index: 0, delta, logprobs: tokens, finish_reason: finishReason, ...choice }],
      ...(options.includeUsage ? { usage: null } : {}),
    })
  }

  function usageChunk(): string {
    return options.includeUsage && usage !== undefined
      ? send({ ...head, choices: [], usage: encodeUsage(usage) })
      : ''
  }

  function finish(event: Extract<StreamEvent, { type: 'finish' }>): string {
    const { extras, finishReason, serviceTier, stopSequence } = event
    const last = chunk(
      {},
      {
        finishReason,
        choice: stopSequence === undefined ? {} : { stop_reason: stopSequence },
        top: {
          ...ownFields(extras),
          ...serviceTierField(serviceTier),
        },
      },
    )
    return `${last}${usageChunk()}data: [DONE]\n\n`
  }

  function startCall(event: Extract<StreamEvent, { type: 'tool-call-start' }>): string {
    const { custom, id, index, name } = event
    const seal = callSealForCaller(event)
    if (custom !== true) {
      const called = { name, arguments: '' }
      return chunk({ tool_calls: [{ index, id, type: 'function', function: called, ...seal }] })
    }
    customCalls.add(index)
    return chunk({
      tool_calls: [{ index, id, type: 'custom', custom: { name, input: '' }, ...seal }],
    })
  }

  function continueCall(index: number, text: string): string {
    const call = customCalls.has(index)
      ? { index, custom: { input: text } }
      : { index, function: { arguments: text } }
    return chunk({ tool_calls: [call] })
  }

  function sendFile(event: Extract<StreamEvent, { type: 'file' }>): string {
    const delta = encodeFiles([event.file], images)
    if (Object.keys(delta).length === 0) return ''
    if (!isSound(event.file)) images += 1
    return chunk(delta)
  }

  return {
    encode(event: StreamEvent): string {
      if (!belongsToText.has(event.type)) partStart = length
      switch (event.type) {
        case 'response-start':
          head = { ...head, id: event.id, created: event.createdAt, model: event.model }
          return chunk({ role: 'assistant', content: '', refusal: null })
        case 'text-delta':
          if (event.startsPart === true || event.message !== undefined) partStart = length
          length += event.text.length
          return chunk({ content: event.text }, { logprobs: event.logprobs })
        case 'refusal-delta':
          return chunk({ refusal: event.text })
        case 'reasoning-delta':
          return chunk(reasoning.delta(event))
        case 'reasoning-end': {
          const delta = reasoning.end(event)
          return delta === undefined ? '' : chunk(delta)
        }
        case 'tool-call-start':
          return startCall(event)
        case 'tool-call-delta':
          return continueCall(event.index, event.arguments)
        case 'annotation': {
          const annotations = encodeAnnotations([event.annotation], partStart)
          return annotations.length === 0 ? '' : chunk({ annotations })
        }
        case 'file':
          return sendFile(event)
        case 'native':
          return ''
        case 'usage':
          usage = event.usage
          return ''
        case 'finish':
          return finish(event)
        case 'error':
          return send(encodeErrorBody(event.error))
      }
    },
  }
}

interface ChunkFields {
  readonly finishReason?: string | null
  readonly logprobs?: readonly unknown[] | undefined
  /** Further fields of the choice. */
  readonly choice?: JsonObject
  /** Further fields of the chunk. */
  readonly top?: JsonObject
}

const belongsToText: ReadonlySet<StreamEvent['type']> = new Set(['text-delta', 'annotation'])

function send(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`
}
