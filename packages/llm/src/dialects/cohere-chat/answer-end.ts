import { isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { DialectExtras } from '../../operations/chat/item.ts'
import type { FinishReason, Usage } from '../../operations/chat/model-response.ts'
import { dialectName } from './dialect-name.ts'
import { encodeUsage } from './usage.ts'

/** How an answer ended: its reason, and what has no canonical name. */
interface AnswerEnd {
  readonly finishReason: FinishReason
  readonly extras?: DialectExtras
}

/** What else an answer says: citations of what is not its text, and its tokens' probabilities. */
interface OtherFields {
  readonly citations: readonly unknown[]
  readonly logprobs: readonly unknown[]
}

const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ['COMPLETE', 'stop'],
  ['STOP_SEQUENCE', 'stop'],
  ['MAX_TOKENS', 'length'],
  ['TOOL_CALL', 'tool_calls'],
])

const reasonsToWrite: Readonly<Record<FinishReason, string>> = {
  stop: 'COMPLETE',
  length: 'MAX_TOKENS',
  tool_calls: 'TOOL_CALL',
  // There is no word for it: the answer that there is was completed.
  content_filter: 'COMPLETE',
}

/** Read by name, of an answer or of its end in a stream; all other fields are kept. */
const readFields: ReadonlySet<string> = new Set([
  'id',
  'model',
  'message',
  'finish_reason',
  'usage',
  'billed_units',
  'citations',
  'logprobs',
  'error',
])

/** Reads the end of an answer; `end` is the answer itself, or the `delta` of its last event. */
export function decodeEnd(end: JsonObject, hasCalls: boolean, other: OtherFields): AnswerEnd {
  const { finish_reason: reason, usage } = end
  const known = typeof reason === 'string' ? finishReasons.get(reason) : undefined
  const billed = objectOrEmpty(usage)['billed_units']
  const fields = {
    ...unread(end),
    ...(reason === 'STOP_SEQUENCE' ? { finish_reason: reason } : {}),
    ...(isJsonObject(billed) ? { billed_units: billed } : {}),
    ...(other.citations.length === 0 ? {} : { citations: other.citations }),
    ...(other.logprobs.length === 0 ? {} : { logprobs: other.logprobs }),
  }
  return {
    finishReason: known ?? (hasCalls ? 'tool_calls' : 'stop'),
    ...(Object.keys(fields).length === 0 ? {} : { extras: { dialect: dialectName, fields } }),
  }
}

/** Writes the end of an answer. */
export function encodeEnd(
  { extras, finishReason }: AnswerEnd,
  usage: Usage | undefined,
): JsonObject {
  const own = ownFields(extras)
  return {
    ...unread(own),
    finish_reason: own['finish_reason'] ?? reasonsToWrite[finishReason],
    ...(usage === undefined ? {} : { usage: encodeUsage(usage, own['billed_units']) }),
  }
}

function unread(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !readFields.has(name)))
}

/** The fields that this dialect read itself. */
export function ownFields(extras: DialectExtras | undefined): JsonObject {
  return extras?.dialect === dialectName ? extras.fields : {}
}
