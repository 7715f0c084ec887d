import type { JsonObject } from '@fairlead/base'
import {
  readArray,
  readInteger,
  readNumber,
  readObject,
  readOptional,
  readPositiveInteger,
  readString,
} from '../../json/request-field.ts'
import type { ModelSettings } from '../../operations/chat/model-request.ts'

/** Settings that are one field each: https://platform.openai.com/docs/api-reference/completions */
const plainSettings = [
  ['temperature', 'temperature', readNumber],
  ['top_p', 'topP', readNumber],
  ['top_k', 'topK', readNumber],
  ['min_p', 'minP', readNumber],
  ['repetition_penalty', 'repetitionPenalty', readNumber],
  ['max_tokens', 'maxOutputTokens', readPositiveInteger],
  ['stop', 'stop', readStop],
  ['seed', 'seed', readInteger],
  ['presence_penalty', 'presencePenalty', readNumber],
  ['frequency_penalty', 'frequencyPenalty', readNumber],
  ['n', 'answers', readPositiveInteger],
  ['logit_bias', 'logitBias', readObject],
  ['user', 'user', readString],
] as const

export const settingFields: readonly string[] = [
  ...plainSettings.map(([field]) => field),
  'logprobs',
]

export function decodeSettings(body: JsonObject): ModelSettings {
  const settings: Record<string, unknown> = {}
  for (const [field, setting, read] of plainSettings) {
    const value = readOptional<unknown>(body[field], field, read)
    if (value !== undefined) settings[setting] = value
  }
  // A number: of how many alternatives the probabilities are told, beside those of the tokens.
  const alternatives = readOptional(body['logprobs'], 'logprobs', readInteger)
  if (alternatives !== undefined) {
    settings['logprobs'] = true
    settings['topLogprobs'] = alternatives
  }
  return settings
}

export function encodeSettings(settings: ModelSettings): JsonObject {
  const body: Record<string, unknown> = {}
  for (const [field, setting] of plainSettings) body[field] = settings[setting]
  if (settings.logprobs === true) body['logprobs'] = settings.topLogprobs ?? 0
  return body
}

function readStop(value: unknown, param: string): readonly string[] {
  if (typeof value === 'string') return [value]
  return readArray(value, param).map((entry, index) => readString(entry, `${param}[${index}]`))
}
