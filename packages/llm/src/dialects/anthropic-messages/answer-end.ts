import { type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { DialectExtras } from '../../operations/chat/item.ts'
import type { FinishReason, ModelResponse } from '../../operations/chat/model-response.ts'
import { ownFields } from './part-fields.ts'
import { dialectName } from './dialect-name.ts'
import { decodeAnswerTier, encodeAnswerTier } from './service-tier.ts'
import { decodeStopReason, encodeStopReason, hasOwnMeaning } from './stop-reason.ts'
import { encodeUsage } from './usage.ts'

/** What is known at the end of an answer. */
interface AnswerEnd {
  readonly finishReason: FinishReason
  readonly stopSequence?: string
  readonly serviceTier?: string
  readonly extras?: DialectExtras
}

/** The fields of a message that have a canonical name; all others are kept as they are. */
const canonicalFields: ReadonlySet<string> = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'usage',
])

const countFields: ReadonlySet<string> = new Set([
  'input_tokens',
  'output_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
])

/** Reads the end of a message whose fields, those of its last event included, are `message`. */
export function decodeEnd(message: JsonObject, usage: JsonObject, toolCalls: number): AnswerEnd {
  const { stop_reason: stopReason } = message
  const stopSequence = stringOrUndefined(message['stop_sequence'])
  const serviceTier = decodeAnswerTier(usage['service_tier'])
  const fields = {
    ...Object.fromEntries(
      Object.entries(message).filter(
        ([name, value]) => value !== null && !canonicalFields.has(name),
      ),
    ),
    ...(hasOwnMeaning(stopReason) ? { stop_reason: stopReason } : {}),
    // Counts alone have canonical names; what else is reported, such as the parts of them, has none.
    ...(Object.entries(usage).some(([name, value]) => value !== null && !countFields.has(name))
      ? { usage }
      : {}),
  }
  return {
    finishReason: decodeStopReason(stopReason, toolCalls > 0),
    ...(stopSequence === undefined ? {} : { stopSequence }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(Object.keys(fields).length === 0 ? {} : { extras: { dialect: dialectName, fields } }),
  }
}

/** What the end of a message says for a caller. */
interface EncodedEnd {
  readonly stop_reason: unknown
  readonly stop_sequence: string | null
  readonly usage: JsonObject
  /** The other fields of the message, such as its container. */
  readonly fields: JsonObject
}

/** `refusal` is what the model said instead of an answer; empty without one. */
export function encodeEnd(
  end: Pick<ModelResponse, 'finishReason' | 'stopSequence' | 'serviceTier' | 'extras' | 'usage'>,
  refusal: string,
): EncodedEnd {
  const { stop_reason: ownReason, usage: ownUsage, ...fields } = ownFields(end.extras)
  const tier = encodeAnswerTier(end.serviceTier)
  const isStopped = end.stopSequence !== undefined && end.finishReason === 'stop'
  const told = isStopped ? 'stop_sequence' : encodeStopReason(end.finishReason)
  return {
    stop_reason: ownReason ?? (refusal === '' ? told : 'refusal'),
    stop_sequence: end.stopSequence ?? null,
    usage: {
      ...encodeUsage(end.usage),
      ...(tier === undefined ? {} : { service_tier: tier }),
      ...objectOrEmpty(ownUsage),
    },
    fields:
      refusal === '' || 'stop_details' in fields
        ? fields
        : { ...fields, stop_details: { type: 'refusal', category: null, explanation: refusal } },
  }
}
