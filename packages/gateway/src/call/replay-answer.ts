import type { OpenTurn, Turn } from '@fairlead/context'
import { type Dialect, type ModelResponse, responseEvents } from '@fairlead/llm'
import type { ClientSink } from '../http/client-sink.ts'
import type { CallRecord } from './call-record.ts'
import type { ModelCall } from './model-call.ts'
import { ownHeaders } from './reply-headers.ts'

/** Answers a repeated Idempotency-Key with what was stored under it; no model is called. */
export function replayAnswer(
  turn: OpenTurn,
  replay: Turn,
  parts: {
    readonly dialect: Dialect
    readonly sink: ClientSink
    readonly record: CallRecord
    readonly includeUsage: boolean
    readonly call: ModelCall
  },
): void {
  const { dialect, sink, record } = parts
  const response = storedResponse(replay, parts.call.model)
  record.status = 200
  record.firstByte()
  const own = ownHeaders(record, turn)
  if (parts.call.stream) {
    const encoder = dialect.createStreamEncoder({ includeUsage: parts.includeUsage })
    sink.start(200, ['content-type', 'text/event-stream; charset=utf-8', ...own])
    sink.end(
      responseEvents(response)
        .map((event) => encoder.encode(event))
        .join(''),
    )
    return
  }
  const bytes = Buffer.from(JSON.stringify(dialect.encodeResponse(response)))
  const length = String(bytes.length)
  sink.start(200, ['content-type', 'application/json', 'content-length', length, ...own])
  sink.end(bytes)
}

function storedResponse(turn: Turn, model: string): ModelResponse {
  const { usage } = turn
  return {
    id: turn.id,
    model: usage?.model ?? model,
    createdAt: turn.completed_at ?? turn.created_at,
    output: turn.output,
    finishReason: turn.output.some(({ type }) => type === 'function_call') ? 'tool_calls' : 'stop',
    ...(usage === null
      ? {}
      : {
          usage: {
            inputTokens: usage.input_tokens,
            cachedInputTokens: usage.cached_tokens,
            cacheWriteInputTokens: 0,
            outputTokens: usage.output_tokens,
            reasoningTokens: 0,
          },
        }),
  }
}
