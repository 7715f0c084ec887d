import type { ContentPart, Item } from '../../operations/chat/item.ts'
import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { decodeAnnotations, sourceAnnotations } from './annotations.ts'
import { decodeAudio, decodeImages } from './answer-files.ts'
import { decodeCalls } from './decode-calls.ts'
import { answerFailure } from './errors.ts'
import { decodeFinishReason, endsOddly, readStopSequence } from './finish-reason.ts'
import { readReasoning } from './reasoning-reader.ts'
import { ResponseExtras } from './response-extras.ts'
import { readReferences, readVendorContent } from './vendor-content.ts'
import { decodeUsage } from './usage.ts'

/** Reads a whole chat completion. If there are several choices, the first is the answer. */
export function decodeResponse(value: unknown, nowMs: number): ModelResponse {
  const body = objectOrEmpty(value)
  const failure = answerFailure(body)
  if (failure !== undefined) throw failure
  const choice = arrayOrEmpty(body['choices'])[0]
  const message = objectOrEmpty(choice)['message']
  if (!isJsonObject(choice) || !isJsonObject(message)) {
    throw new ModelError(
      'upstream',
      'The provider answered with a body that is not a chat completion.',
      { failure: 'InvalidAnswer' },
    )
  }
  const id = stringOrUndefined(body['id']) ?? ''
  const output = decodeOutput(message, choice, body, id)
  const hasToolCalls = output.some((item) => item.type === 'function_call')
  const usage = decodeUsage(body['usage'])
  const stopSequence = readStopSequence(choice)
  const serviceTier = stringOrUndefined(body['service_tier'])
  const extras = new ResponseExtras()
  extras.read(body)
  const extraFields = extras.get()
  return {
    id,
    model: stringOrUndefined(body['model']) ?? '',
    createdAt: numberOrUndefined(body['created']) ?? Math.floor(nowMs / 1000),
    output,
    finishReason: decodeFinishReason(choice['finish_reason'], hasToolCalls),
    ...(endsOddly(choice['finish_reason']) ? { endsOddly: true } : {}),
    ...(usage === undefined ? {} : { usage }),
    ...(stopSequence === undefined ? {} : { stopSequence }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(extraFields === undefined ? {} : { extras: extraFields }),
  }
}

function decodeOutput(
  message: JsonObject,
  choice: JsonObject,
  body: JsonObject,
  responseId: string,
): Item[] {
  const content = decodeContent(message, choice, body)
  return [
    ...readReasoning(message),
    ...(content.length === 0
      ? []
      : [{ type: 'message', role: 'assistant', status: 'completed', content } as const]),
    ...decodeCalls(message, responseId),
  ]
}

function decodeContent(message: JsonObject, choice: JsonObject, body: JsonObject): ContentPart[] {
  const { text } = readVendorContent(message)
  const own = [...decodeAnnotations(message['annotations']), ...readReferences(message)]
  const annotations = own.length === 0 ? sourceAnnotations(body) : own
  const logprobs = arrayOrEmpty(objectOrEmpty(choice['logprobs'])['content'])
  const refusal = stringOrUndefined(message['refusal']) ?? ''
  const audio = isJsonObject(message['audio']) ? decodeAudio(message['audio']) : undefined
  return [
    ...(text === ''
      ? []
      : [
          {
            type: 'output_text' as const,
            text,
            ...(annotations.length === 0 ? {} : { annotations }),
            ...(logprobs.length === 0 ? {} : { logprobs }),
          },
        ]),
    ...(refusal === '' ? [] : [{ type: 'refusal' as const, refusal }]),
    ...(audio === undefined ? [] : [audio]),
    ...decodeImages(message['images']),
  ]
}
