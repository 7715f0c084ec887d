import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { StreamEncoder } from '../../operations/chat/chat-format.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import { callPart, sealFor } from './answer-parts.ts'
import { CitedText } from './cited-text.ts'
import { answerEnd, usageOf } from './encode-response.ts'
import { encodeErrorBody } from './errors.ts'
import { encodeParts } from './encode-parts.ts'
import { encodeLogprobs } from './logprobs.ts'
import { dialectName } from './sealed-parts.ts'

/** Characters of calls that are held back, because calls are sent whole. */
const heldCharactersMax = 16 * 1024 * 1024

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
  let heldCharacters = 0
  let signature: string | undefined
  let broken = false
  const cited = new CitedText()
  let lastSaid: StreamEvent['type'] | undefined

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
    heldCharacters = 0
    return parts
  }

  /** What must stand before anything that is not a call. */
  function before(): JsonObject[] {
    return calls.size === 0 ? [] : completeCalls()
  }

  function sealed(): JsonObject[] {
    return signature === undefined ? [] : [{ text: '', ...takeSignature() }]
  }

  function say(event: Extract<StreamEvent, { type: 'text-delta' | 'refusal-delta' }>): string {
    const { message, text: piece, type } = event
    const { logprobs = [], startsPart } = type === 'text-delta' ? event : {}
    cited.add(piece, lastSaid !== type || message !== undefined || startsPart === true)
    lastSaid = type
    const result = encodeLogprobs(logprobs)
    return answer(
      [...before(), { text: piece, ...takeSignature() }],
      result === undefined ? {} : { logprobsResult: result },
    )
  }

  function endReasoning(event: Extract<StreamEvent, { type: 'reasoning-end' }>): string {
    cited.end()
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
    const content = { role: 'model', parts: parts.length === 0 ? [{ text: '' }] : parts }
    const { finishReason, extras } = event
    const end = { cited, finishReason, ...(extras === undefined ? {} : { extras }) }
    return (
      framing.answer({
        ...answerEnd(end, content),
        usageMetadata: usageOf(end, usage),
        ...beside,
      }) + framing.end()
    )
  }

  function breakOff(error: ModelError): string {
    broken = true
    calls.clear()
    return framing.answer(encodeErrorBody(error)) + framing.end()
  }

  return {
    encode(event) {
      if (broken) return ''
      switch (event.type) {
        case 'response-start':
          beside = { modelVersion: event.model, responseId: event.id }
          return ''
        case 'text-delta':
        case 'refusal-delta':
          return say(event)
        case 'annotation':
          cited.annotate(event.annotation)
          return ''
        case 'reasoning-delta':
          cited.end()
          return answer([...before(), ...sealed(), { text: event.text, thought: true }])
        case 'reasoning-end':
          return endReasoning(event)
        case 'tool-call-start': {
          cited.end()
          const parts = sealed()
          heldCharacters += event.name.length + event.id.length + (event.signature?.length ?? 0)
          if (heldCharacters > heldCharactersMax) return breakOff(tooLong())
          calls.set(event.index, { start: event, pieces: new TextPieces() })
          return answer(parts)
        }
        case 'tool-call-delta': {
          const call = calls.get(event.index)
          if (call === undefined) return event.index < written ? breakOff(lateArguments()) : ''
          heldCharacters += event.arguments.length
          if (heldCharacters > heldCharactersMax) return breakOff(tooLong())
          call.pieces.push(event.arguments)
          return ''
        }
        case 'file':
          cited.end()
          return answer([
            ...before(),
            ...encodeParts([event.file]).map((part) => ({ ...part, ...takeSignature() })),
          ])
        case 'native':
          cited.end()
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

function tooLong(): ModelError {
  return new ModelError(
    'upstream',
    'The arguments of the tool calls are longer than this API can stream. Send the request without streaming.',
  )
}
