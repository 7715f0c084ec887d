import { isJsonObject, type JsonObject } from '@fairlead/base'
import {
  readArray,
  readBoolean,
  readInteger,
  readNumber,
  readObject,
  readOptional,
  readPositiveInteger,
  readString,
  wrongType,
} from '../../json/request-field.ts'
import type { ModelSettings } from '../../operations/chat/model-request.ts'

type Reader = (value: unknown, param: string) => unknown

/** Settings that are one field each: its name, the canonical one, and how it is read. */
const plainSettings: readonly (readonly [
  field: string,
  setting: keyof ModelSettings,
  read: Reader,
])[] = [
  ['temperature', 'temperature', readNumber],
  ['top_p', 'topP', readNumber],
  ['top_k', 'topK', readNumber],
  ['min_p', 'minP', readNumber],
  ['repetition_penalty', 'repetitionPenalty', readNumber],
  ['stop', 'stop', readStop],
  ['seed', 'seed', readInteger],
  ['presence_penalty', 'presencePenalty', readNumber],
  ['frequency_penalty', 'frequencyPenalty', readNumber],
  ['reasoning_effort', 'reasoningEffort', readString],
  ['verbosity', 'verbosity', readString],
  ['user', 'user', readString],
  ['n', 'answers', readPositiveInteger],
  ['logprobs', 'logprobs', readBoolean],
  ['top_logprobs', 'topLogprobs', readInteger],
  ['logit_bias', 'logitBias', readLogitBias],
  ['modalities', 'modalities', readTexts],
  ['service_tier', 'serviceTier', readString],
  ['metadata', 'metadata', readObject],
  ['store', 'store', readBoolean],
  ['prompt_cache_key', 'promptCacheKey', readString],
  ['safety_identifier', 'safetyIdentifier', readString],
]

/** Names of the fields that are settings. */
export const settingFields: readonly string[] = [
  ...plainSettings.map(([field]) => field),
  'max_completion_tokens',
  'max_tokens',
  'reasoning',
]

/** Not part of OpenAI's API; compatible servers have them, and only their callers send them here. */
const foreignToOpenAi: ReadonlySet<string> = new Set(['top_k', 'min_p', 'repetition_penalty'])

export function decodeSettings(body: JsonObject): ModelSettings {
  const settings: Record<string, unknown> = decodeReasoningObject(body)
  for (const [field, setting, read] of plainSettings) {
    const value = readOptional(body[field], field, read)
    if (value !== undefined) settings[setting] = value
  }
  const limit =
    readOptional(body['max_completion_tokens'], 'max_completion_tokens', readPositiveInteger) ??
    readOptional(body['max_tokens'], 'max_tokens', readPositiveInteger)
  if (limit !== undefined) settings['maxOutputTokens'] = limit
  return settings
}

/** `isOwn` says whether the caller speaks this dialect too. */
export function encodeSettings(
  settings: ModelSettings,
  { isOwn, limitField }: { readonly isOwn: boolean; readonly limitField: string },
): JsonObject {
  const body: Record<string, unknown> = { [limitField]: settings.maxOutputTokens }
  for (const [field, setting] of plainSettings) {
    if (isOwn || !foreignToOpenAi.has(field)) body[field] = settings[setting]
  }
  return body
}

/**
 * OpenRouter's `reasoning`, in which the settings of thinking stand together:
 * https://openrouter.ai/docs/use-cases/reasoning-tokens
 */
function decodeReasoningObject({ reasoning }: JsonObject): Record<string, unknown> {
  if (!isJsonObject(reasoning)) return {}
  const effort = readOptional(reasoning['effort'], 'reasoning.effort', readString)
  const budget = readOptional(reasoning['max_tokens'], 'reasoning.max_tokens', readPositiveInteger)
  const summary = readOptional(reasoning['summary'], 'reasoning.summary', readString)
  return {
    ...(effort === undefined ? {} : { reasoningEffort: effort }),
    ...(budget === undefined ? {} : { reasoningBudget: budget }),
    ...(summary === undefined ? {} : { reasoningSummary: summary }),
  }
}

/** The same for a caller of the dialect, beside what it said there without a canonical name. */
export function encodeReasoningObject(
  { reasoningBudget, reasoningSummary }: ModelSettings,
  others: unknown,
): JsonObject | undefined {
  const object = {
    ...(isJsonObject(others) ? others : {}),
    ...(reasoningBudget === undefined ? {} : { max_tokens: reasoningBudget }),
    ...(reasoningSummary === undefined ? {} : { summary: reasoningSummary }),
  }
  return Object.keys(object).length === 0 ? undefined : object
}

/** What `reasoning` says without a canonical name; undefined if nothing. */
export function otherReasoning({ reasoning }: JsonObject): JsonObject | undefined {
  if (!isJsonObject(reasoning)) return undefined
  const { effort: _, max_tokens: _budget, summary: _summary, ...others } = reasoning
  return Object.keys(others).length === 0 ? undefined : others
}

function readStop(value: unknown, param: string): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  if (!Array.isArray(value)) throw wrongType(param, 'a string or an array of strings', value)
  const sequences = readTexts(value, param)
  return sequences.length === 0 ? undefined : sequences
}

function readTexts(value: unknown, param: string): readonly string[] {
  return readArray(value, param).map((entry, index) => readString(entry, `${param}[${index}]`))
}

function readLogitBias(value: unknown, param: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(readObject(value, param)).map(([token, weight]) => [
      token,
      readNumber(weight, `${param}.${token}`),
    ]),
  )
}
