import { arrayOrEmpty, type JsonObject, stringOrUndefined } from '@fairlead/base'
import { cutStream } from '../../errors/cut-stream.ts'
import type { JsonLineReader } from '../../framing/json-lines.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { answerId, createdAt, decodeEnd } from './answer-end.ts'
import type { AnswerForm } from './answer-form.ts'
import { decodeInlineError } from './errors.ts'
import { readCall } from './tool-calls.ts'
import { decodeUsage } from './usage.ts'

/** Reads a stream: each line is a piece of the answer, and calls come whole. */
export function createStreamReader(
  nowMs: number,
  form: AnswerForm,
  dialect: string,
): JsonLineReader {
  let id: string | undefined
  let calls = 0
  let thinking = false
  let ended = false

  function start(line: JsonObject): StreamEvent[] {
    if (id !== undefined) return []
    const seconds = createdAt(line, nowMs)
    id = answerId(line, seconds)
    const model = stringOrUndefined(line['model']) ?? ''
    return [{ type: 'response-start', id, model, createdAt: seconds }]
  }

  function endThinking(): StreamEvent[] {
    if (!thinking) return []
    thinking = false
    return [{ type: 'reasoning-end' }]
  }

  function callEvents(value: unknown): StreamEvent[] {
    const index = calls
    calls += 1
    const call = readCall(value, `call_${id ?? ''}_${index}`)
    return [
      { type: 'tool-call-start', index, id: call.id, name: call.name },
      { type: 'tool-call-delta', index, arguments: call.arguments },
    ]
  }

  function finish(line: JsonObject): StreamEvent[] {
    ended = true
    const usage = decodeUsage(line)
    return [
      ...endThinking(),
      ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
      { type: 'finish', ...decodeEnd(line, dialect, calls > 0) },
    ]
  }

  return {
    push(line) {
      if (ended) return []
      if (line['error'] !== undefined && line['error'] !== null) {
        ended = true
        return [{ type: 'error', error: decodeInlineError(line) }]
      }
      const part = form.read(line)
      const logprobs = arrayOrEmpty(line['logprobs'])
      const events = start(line)
      if (part.thinking !== '') {
        thinking = true
        events.push({ type: 'reasoning-delta', text: part.thinking })
      }
      if (part.text !== '' || part.calls.length > 0) events.push(...endThinking())
      if (part.text !== '') {
        const probabilities = logprobs.length === 0 ? {} : { logprobs: [...logprobs] }
        events.push({ type: 'text-delta', text: part.text, ...probabilities })
      }
      for (const call of part.calls) events.push(...callEvents(call))
      if (line['done'] === true) events.push(...finish(line))
      return events
    },
    end: () => (ended ? [] : [{ type: 'error', error: cutStream() }]),
  }
}
