import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { StreamEncoder } from '../../operations/chat/chat-format.ts'
import type { Annotation } from '../../operations/chat/item.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import { callPart, sealFor } from './answer-parts.ts'
import { answerEnd, usageOf } from './encode-response.ts'
import { encodeErrorBody } from './errors.ts'
import { encodeParts } from './encode-parts.ts'
import { encodeLogprobs } from './logprobs.ts'
import { dialectName } from './sealed-parts.ts'

/** Text that is kept in order to find places in it; in a longer one none is found. */
const textLengthMax = 1024 * 1024

/** How a stream's answers follow each other in its bytes. */
export interface StreamFraming {
  answer(body: JsonObject): string
  /** What follows the last one. */
  end(): string
}

interface OpenCall {
  readonly start: Extract<StreamEvent, { type: 'tool-call-start' }>
  readonly pieces: TextPieces
}

/**
 * Writes a stream of answers. A call is written whole, when it is complete: the arguments of calls
 * may come interleaved, and the format has no pieces of them.
 */
export function createStreamEncoder(framing: StreamFraming): StreamEncoder {
  let beside: JsonObject = {}
  let usage: Usage | undefined
  const calls = new Map<number, OpenCall>()
  let written = 0
  let signature: string | undefined
  let broken = false
  const annotations: Annotation[] = []
  const text = new TextPieces()
  let textLength = 0

  const answer = (parts: readonly JsonObject[], more: JsonObject = {}) =>
    parts.length === 0
      ? ''
      : framing.answer({
          candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
          ...beside,
        })

  /** The signature that waits for a part. */
  function takeSignature(): JsonObject {
    const taken = signature === undefined ? {} : { thoughtSignature: signature }
    signature = undefined
    return taken
  }

  function completeCalls(): JsonObject[] {
    const parts = [...calls.values()].map(({ start, pieces }) =>
      callPart({ ...start, arguments: pieces.toString() }),
    )
    written += calls.size
    calls.clear()
    return parts
  }

  /** What must stand before anything that is not a call. */
  function before(): JsonObject[] {
    return calls.size === 0 ? [] : completeCalls()
  }

  function sealed(): JsonObject[] {
    return signature === undefined ? [] : [{ text: '', ...takeSignature() }]
  }

  function say(piece: string, logprobs: readonly unknown[] = []): string {
    if (textLength <= textLengthMax) text.push(piece)
    textLength += piece.length
    const result = encodeLogprobs(logprobs)
    return answer(
      [...before(), { text: piece, ...takeSignature() }],
      result === undefined ? {} : { logprobsResult: result },
    )
  }

  function endReasoning(event: Extract<StreamEvent, { type: 'reasoning-end' }>): string {
    const { encryptedContent, maker, signature: seal } = event
    const found = sealFor({
      ...(maker === undefined ? {} : { maker }),
      ...(seal === undefined ? {} : { signature: seal }),
      ...(encryptedContent === undefined ? {} : { encrypted_content: encryptedContent }),
    })
    if (found === undefined) return ''
    if (!found.isOwn) {
      return answer([...before(), { text: '', thought: true, thoughtSignature: found.text }])
    }
    const parts = [...before(), ...sealed()]
    signature = found.text
    return answer(parts)
  }

  function finish(event: Extract<StreamEvent, { type: 'finish' }>): string {
    const parts = [...completeCalls(), ...sealed()]
    const annotated =
      annotations.length === 0
        ? {}
        : { annotated: { annotations, text: text.toString(), logprobs: [] } }
    const content = { role: 'model', parts: parts.length === 0 ? [{ text: '' }] : parts }
    const { finishReason, extras } = event
    const end = { finishReason, ...(extras === undefined ? {} : { extras }), ...annotated }
    return (
      framing.answer({
        ...answerEnd(end, content),
        usageMetadata: usageOf(end, usage),
        ...beside,
      }) + framing.end()
    )
  }

  return {
    encode(event) {
      if (broken) return ''
      switch (event.type) {
        case 'response-start':
          beside = { modelVersion: event.model, responseId: event.id }
          return ''
        case 'text-delta':
          return say(event.text, event.logprobs)
        case 'refusal-delta':
          return say(event.text)
        case 'annotation':
          annotations.push(event.annotation)
          return ''
        case 'reasoning-delta':
          return answer([...before(), ...sealed(), { text: event.text, thought: true }])
        case 'reasoning-end':
          return endReasoning(event)
        case 'tool-call-start': {
          const parts = sealed()
          calls.set(event.index, { start: event, pieces: new TextPieces() })
          return answer(parts)
        }
        case 'tool-call-delta': {
          const call = calls.get(event.index)
          if (call !== undefined) call.pieces.push(event.arguments)
          if (call !== undefined || event.index >= written) return ''
          broken = true
          return framing.answer(encodeErrorBody(lateArguments())) + framing.end()
        }
        case 'file':
          return answer([
            ...before(),
            ...encodeParts([event.file]).map((part) => ({ ...part, ...takeSignature() })),
          ])
        case 'native':
          return event.item.dialect === dialectName
            ? answer([...before(), ...sealed(), event.item.block])
            : ''
        case 'usage':
          usage = event.usage
          return ''
        case 'finish':
          return finish(event)
        case 'error':
          return framing.answer(encodeErrorBody(event.error)) + framing.end()
      }
    },
  }
}

function lateArguments(): ModelError {
  return new ModelError(
    'upstream',
    'The provider sent arguments of a tool call after what followed it, which this API cannot express. Send the request without streaming.',
  )
}
