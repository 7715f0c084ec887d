import {
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  parseJsonOrUndefined,
  stringOrUndefined,
} from '@fairlead/base'
import { cutStream } from '../../errors/cut-stream.ts'
import { ModelError } from '../../errors/model-error.ts'
import type { SseReader } from '../../framing/decode-sse.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { decodeEnd } from './answer-end.ts'
import { citesText, decodeCitation } from './citations.ts'
import { endFailure } from './errors.ts'
import { decodeLogprobs } from './logprobs.ts'
import { type ArgumentsReader, createArgumentsReader } from './tool-arguments.ts'
import { decodeUsage } from './usage.ts'

/** What is kept until the end of a stream for callers of this API; more is left out. */
const keptCharactersMax = 1024 * 1024

/** Reads a stream of `/v2/chat`, which names no model and no time. */
export function createStreamDecoder(nowMs: number): SseReader {
  const citations: JsonObject[] = []
  const logprobs: unknown[] = []
  let keptCharacters = 0
  let started = false
  let ended = false
  let reasoning: 'thinking' | 'plan' | undefined
  let texts = 0
  let startsPart = false
  let calls = 0
  let args: ArgumentsReader | undefined

  function keep<T>(list: T[], value: T): void {
    keptCharacters += JSON.stringify(value).length
    if (keptCharacters <= keptCharactersMax) list.push(value)
  }

  function start(id: unknown): StreamEvent[] {
    if (started) return []
    started = true
    const createdAt = Math.floor(nowMs / 1000)
    return [{ type: 'response-start', id: stringOrUndefined(id) ?? '', model: '', createdAt }]
  }

  /** Thinking and plans end where something else begins. */
  function endReasoning(next?: typeof reasoning): StreamEvent[] {
    if (reasoning === undefined || reasoning === next) return []
    reasoning = undefined
    return [{ type: 'reasoning-end' }]
  }

  function thought(kind: 'thinking' | 'plan', text: string): StreamEvent[] {
    if (text === '') return []
    const before = endReasoning(kind)
    reasoning = kind
    const part = kind === 'plan' ? { summaryPart: 0 } : {}
    return [...before, { type: 'reasoning-delta', text, ...part }]
  }

  function content(event: JsonObject): StreamEvent[] {
    const part = objectOrEmpty(messageOf(event)['content'])
    const text = stringOrUndefined(part['text']) ?? ''
    const thinking = thought('thinking', stringOrUndefined(part['thinking']) ?? '')
    if (text === '') return thinking
    const probabilities = objectOrEmpty(event['logprobs'])
    const isTold = Object.keys(probabilities).length > 0
    if (isTold) keep(logprobs, probabilities)
    const anew = startsPart && texts > 0
    startsPart = false
    texts += 1
    return [
      ...thinking,
      ...endReasoning(),
      {
        type: 'text-delta',
        text,
        ...(isTold ? { logprobs: decodeLogprobs(probabilities) } : {}),
        ...(anew ? { startsPart: true } : {}),
      },
    ]
  }

  function startCall(event: JsonObject): StreamEvent[] {
    const call = objectOrEmpty(messageOf(event)['tool_calls'])
    const called = objectOrEmpty(call['function'])
    const before = [...endReasoning(), ...endCall()]
    const index = calls
    calls += 1
    args = createArgumentsReader()
    const id = stringOrUndefined(call['id']) ?? `call_${index}`
    const name = stringOrUndefined(called['name']) ?? ''
    return [...before, { type: 'tool-call-start', index, id, name }, ...callDelta(event)]
  }

  function callDelta(event: JsonObject): StreamEvent[] {
    const called = objectOrEmpty(objectOrEmpty(messageOf(event)['tool_calls'])['function'])
    return argumentEvents(args?.push(stringOrUndefined(called['arguments']) ?? ''))
  }

  function endCall(): StreamEvent[] {
    const events = argumentEvents(args?.end())
    args = undefined
    return events
  }

  function argumentEvents(text: string | undefined): StreamEvent[] {
    if (text === undefined || text === '') return []
    return [{ type: 'tool-call-delta', index: calls - 1, arguments: text }]
  }

  function cite(event: JsonObject): StreamEvent[] {
    const citation = objectOrEmpty(messageOf(event)['citations'])
    if (citesText(citation) && texts > 0) {
      return [{ type: 'annotation', annotation: decodeCitation(citation) }]
    }
    keep(citations, citation)
    return []
  }

  function finish(event: JsonObject): StreamEvent[] {
    ended = true
    const delta = objectOrEmpty(event['delta'])
    const failure = endFailure(delta)
    if (failure !== undefined) return [{ type: 'error', error: failure }]
    const usage = decodeUsage(objectOrEmpty(delta['usage']))
    return [
      ...endReasoning(),
      ...endCall(),
      ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
      { type: 'finish', ...decodeEnd(delta, calls > 0, { citations, logprobs }) },
    ]
  }

  function read(event: JsonObject): StreamEvent[] {
    switch (event['type']) {
      case 'content-start':
        startsPart = true
        return content(event)
      case 'content-delta':
        return content(event)
      case 'content-end':
        return endReasoning()
      case 'tool-plan-delta':
        return thought('plan', stringOrUndefined(messageOf(event)['tool_plan']) ?? '')
      case 'tool-call-start':
        return startCall(event)
      case 'tool-call-delta':
        return callDelta(event)
      case 'tool-call-end':
        return endCall()
      case 'citation-start':
        return cite(event)
      case 'message-end':
        return finish(event)
      default:
        return []
    }
  }

  return {
    get thinking() {
      return reasoning === 'thinking'
    },
    push({ data }) {
      if (ended || data === '[DONE]') return []
      const event = parseJsonOrUndefined(data)
      if (!isJsonObject(event)) {
        ended = true
        return [{ type: 'error', error: unreadable() }]
      }
      // An error in mid-stream may come without the event that ends an answer.
      if (event['type'] === undefined && typeof event['message'] === 'string') {
        ended = true
        return [{ type: 'error', error: endFailure({ error: event['message'] }) ?? unreadable() }]
      }
      return [...start(event['id']), ...read(event)]
    },
    end: () => (ended ? [] : [{ type: 'error', error: cutStream() }]),
  }
}

function messageOf(event: JsonObject): JsonObject {
  return objectOrEmpty(objectOrEmpty(event['delta'])['message'])
}

function unreadable(): ModelError {
  return new ModelError('upstream', 'The provider sent a stream event that is not a JSON object.', {
    failure: 'InvalidAnswer',
  })
}
