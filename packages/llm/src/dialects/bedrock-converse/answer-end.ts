import type { JsonObject } from '@fairlead/base'
import { objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { DialectExtras } from '../../operations/chat/item.ts'
import type { FinishReason } from '../../operations/chat/model-response.ts'
import { dialectName } from './dialect-name.ts'
import { given, without } from './given.ts'
import { decodeStopReason, encodeStopReason } from './stop-reason.ts'

/** How an answer ended. */
interface AnswerEnd {
  readonly finishReason: FinishReason
  readonly stopSequence?: string
  readonly serviceTier?: string
  readonly extras?: DialectExtras
}

/** What has a place of its own; `p` is padding against guesses by length. */
const known = ['output', 'stopReason', 'usage', 'serviceTier', 'p', 'message']

/** `fields` are those of a whole answer, or of both events that end a stream. */
export function decodeEnd(fields: JsonObject, hasCalls: boolean): AnswerEnd {
  const reason = stringOrUndefined(fields['stopReason'])
  const tier = stringOrUndefined(objectOrEmpty(fields['serviceTier'])['type'])
  const finishReason = decodeStopReason(reason, hasCalls)
  const isUsual = reason === undefined || reason === encodeStopReason(finishReason, undefined)
  const kept = { ...without(fields, known), ...(isUsual ? {} : { stopReason: reason }) }
  return {
    finishReason,
    ...(tier === undefined ? {} : { serviceTier: tier }),
    ...(Object.keys(kept).length === 0 ? {} : { extras: { dialect: dialectName, fields: kept } }),
  }
}

export function encodeEnd({ extras, finishReason, serviceTier, stopSequence }: AnswerEnd) {
  const { stopReason, ...fields } = extras?.dialect === dialectName ? extras.fields : {}
  return {
    stopReason: stopReason ?? encodeStopReason(finishReason, stopSequence),
    fields: given({
      ...fields,
      serviceTier: serviceTier === undefined ? undefined : { type: serviceTier },
    }),
  }
}

/** Answers have no id in their body; the time tells them apart well enough. */
export function answerStart(nowMs: number) {
  return {
    type: 'response-start' as const,
    id: `bedrock-${nowMs}`,
    model: '',
    createdAt: Math.floor(nowMs / 1000),
  }
}
