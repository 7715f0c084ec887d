import type { JsonObject } from '@fairlead/base'
import type { AnswerOptions } from '../../operations/chat/chat-format.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { encodeOutput } from './encode-output.ts'
import { encodeFinishReason } from './finish-status.ts'
import { ownExtras, responseHead } from './response-fields.ts'
import { tellsThinking } from './thinking.ts'
import { encodeUsage } from './usage.ts'

/** Writes a whole response, with what it repeats of its request. */
export function encodeResponse(
  response: ModelResponse,
  { hidesSeals = false, repeated }: AnswerOptions = {},
): JsonObject {
  const { createdAt, extras, finishReason, id, model, output, serviceTier, usage } = response
  return {
    ...responseHead({ id, model, createdAt, repeated }),
    ...ownExtras(extras, repeated),
    ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
    ...encodeFinishReason(finishReason),
    output: encodeOutput(output, {
      responseId: id,
      tellsThinking: tellsThinking(repeated),
      hidesSeals,
    }),
    usage: encodeUsage(usage),
  }
}
