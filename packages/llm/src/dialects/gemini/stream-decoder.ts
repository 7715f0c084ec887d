import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { cutStream } from '../../errors/cut-stream.ts'
import { ModelError } from '../../errors/model-error.ts'
import type { SseReader } from '../../framing/decode-sse.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { AnswerReader } from './answer-reader.ts'
import { decodeInlineError } from './errors.ts'

/** Reads a stream of `streamGenerateContent?alt=sse`: every event is an answer of its own. */
export function createStreamDecoder(nowMs: number): SseReader {
  const reader = new AnswerReader(nowMs)
  let ended = false

  function fail(error: ModelError): StreamEvent[] {
    ended = true
    return [{ type: 'error', error }]
  }

  function finish(): StreamEvent[] {
    ended = true
    return reader.end()
  }

  return {
    get thinking() {
      return reader.isThinking
    },
    get usageSoFar() {
      return reader.usageSoFar
    },
    push({ data }) {
      if (ended) return []
      const answer = parseJsonOrUndefined(data)
      if (!isJsonObject(answer)) return fail(notAnObject())
      if (isJsonObject(answer['error'])) return fail(decodeInlineError(answer))
      const events = reader.read(answer)
      const error = events.findIndex(({ type }) => type === 'error')
      if (error !== -1) {
        ended = true
        return events.slice(0, error + 1)
      }
      return reader.isEnded ? [...events, ...finish()] : events
    },
    end() {
      if (ended) return []
      return reader.canEnd ? finish() : fail(cutStream())
    },
  }
}

function notAnObject(): ModelError {
  return new ModelError('upstream', 'The provider sent a stream event that is not a JSON object.', {
    failure: 'InvalidAnswer',
  })
}
