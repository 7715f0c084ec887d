import {
  arrayOrEmpty,
  isJsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { answerFailure } from './errors.ts'
import { decodeFinishReason } from './finish-status.ts'
import { decodeOutputItems } from './decode-output.ts'
import { responseExtras } from './response-fields.ts'
import { decodeUsage } from './usage.ts'

/** Reads a whole response. */
export function decodeResponse(value: unknown, nowMs: number): ModelResponse {
  const body = objectOrEmpty(value)
  const failure = answerFailure(body)
  if (failure !== undefined) throw failure
  const { created_at: createdAt, service_tier: serviceTier } = body
  const output = decodeOutputItems(arrayOrEmpty(body['output']).filter(isJsonObject))
  const usage = decodeUsage(body['usage'])
  return {
    id: stringOrUndefined(body['id']) ?? '',
    model: stringOrUndefined(body['model']) ?? '',
    createdAt: numberOrUndefined(createdAt) ?? Math.floor(nowMs / 1000),
    output,
    finishReason: decodeFinishReason(
      body,
      output.some(({ type }) => type === 'function_call'),
    ),
    ...(usage === undefined ? {} : { usage }),
    ...(typeof serviceTier === 'string' ? { serviceTier } : {}),
    ...responseExtras(body),
  }
}
