import { type JsonObject, stringOrUndefined } from '@fairlead/base'
import type { DialectExtras } from '../../operations/chat/item.ts'
import type { FinishReason } from '../../operations/chat/model-response.ts'

/** What stands beside an answer's text and has no canonical name. */
const ownFields = [
  'total_duration',
  'load_duration',
  'prompt_eval_duration',
  'eval_duration',
  'context',
]

/** How an answer ended, from its last object. */
interface AnswerEnd {
  readonly finishReason: FinishReason
  readonly extras?: DialectExtras
}

export function decodeEnd(answer: JsonObject, dialect: string, hasCalls: boolean): AnswerEnd {
  const fields = Object.fromEntries(
    ownFields.flatMap((name) => (answer[name] === undefined ? [] : [[name, answer[name]]])),
  )
  const isCut = answer['done_reason'] === 'length'
  return {
    finishReason: isCut ? 'length' : hasCalls ? 'tool_calls' : 'stop',
    ...(Object.keys(fields).length === 0 ? {} : { extras: { dialect, fields } }),
  }
}

/** The last object of an answer, beside its text and usage. */
export function encodeEnd({ finishReason, extras }: AnswerEnd, dialect: string): JsonObject {
  return {
    done: true,
    done_reason: finishReason === 'length' ? 'length' : 'stop',
    ...(extras?.dialect === dialect ? extras.fields : {}),
  }
}

/** Unix seconds of `created_at`, an RFC 3339 time. */
export function createdAt(answer: JsonObject, nowMs: number): number {
  const ms = Date.parse(stringOrUndefined(answer['created_at']) ?? '')
  return Math.floor((Number.isNaN(ms) ? nowMs : ms) / 1000)
}

export function encodeTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

/** Answers have no id here; the time at which one was made tells them apart well enough. */
export function answerId(answer: JsonObject, seconds: number): string {
  const time = stringOrUndefined(answer['created_at']) ?? String(seconds)
  return `ollama-${time.replaceAll(/\D/g, '')}`
}
