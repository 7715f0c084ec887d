import { isJsonObject, type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import {
  readArray,
  readBoolean,
  readInteger,
  readNumber,
  readObject,
  readOptional,
  readPositiveInteger,
  readString,
} from '../../json/request-field.ts'
import type { ModelSettings, ResponseFormat } from '../../operations/chat/model-request.ts'
import { jsonSchemaOf } from './schema-to-json.ts'
import { bothSpellings, defined, fieldOf, otherFields } from './spelling.ts'
import { decodeThinking } from './thinking.ts'

const param = 'generationConfig'

const settingFields = bothSpellings([
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'stopSequences',
  'seed',
  'presencePenalty',
  'frequencyPenalty',
  'candidateCount',
  'responseLogprobs',
  'logprobs',
  'responseModalities',
  'thinkingConfig',
])

const formatFields = bothSpellings(['responseMimeType', 'responseSchema', 'responseJsonSchema'])
const thinkingFields = bothSpellings(['thinkingLevel', 'thinkingBudget', 'includeThoughts'])

interface DecodedConfig {
  readonly settings: ModelSettings
  readonly responseFormat?: ResponseFormat
  /** What has no canonical name. */
  readonly extras: JsonObject
}

/** Reads `generationConfig`. */
export function decodeConfig(config: JsonObject): DecodedConfig {
  const field = (name: string) => fieldOf(config, name, param)
  const path = (name: string) => `${param}.${name}`
  const read = <T>(name: string, reader: (value: unknown, at: string) => T) =>
    readOptional(field(name), path(name), reader)
  const texts = (value: unknown, at: string) =>
    readArray(value, at).map((entry, index) => readString(entry, `${at}[${index}]`))
  const thinking = read('thinkingConfig', readObject) ?? {}
  const settings = defined({
    temperature: read('temperature', readNumber),
    topP: read('topP', readNumber),
    topK: read('topK', readNumber),
    maxOutputTokens: read('maxOutputTokens', readPositiveInteger),
    stop: read('stopSequences', texts),
    seed: read('seed', readInteger),
    presencePenalty: read('presencePenalty', readNumber),
    frequencyPenalty: read('frequencyPenalty', readNumber),
    answers: read('candidateCount', readPositiveInteger),
    logprobs: read('responseLogprobs', readBoolean),
    topLogprobs: numberOrUndefined(read('logprobs', readInteger)),
    modalities: read('responseModalities', texts)?.map((each) => each.toLowerCase()),
    ...decodeThinking(thinking),
  }) as ModelSettings
  const responseFormat = decodeFormat(config)
  const isTaken = responseFormat !== undefined
  const rest = otherFields(config, settingFields)
  const thinkingRest = otherThinking(thinking)
  return {
    settings,
    ...(isTaken ? { responseFormat } : {}),
    extras: {
      ...(isTaken ? otherFields(rest, formatFields) : rest),
      ...(Object.keys(thinkingRest).length === 0 ? {} : { thinkingConfig: thinkingRest }),
    },
  }
}

/** A budget of -1 leaves the amount to the model, for which there is no canonical word. */
function otherThinking(thinking: JsonObject): JsonObject {
  const isDynamic = numberOrUndefined(fieldOf(thinking, 'thinkingBudget')) === -1
  return {
    ...otherFields(thinking, thinkingFields),
    ...(isDynamic ? { thinkingBudget: -1 } : {}),
  }
}

function decodeFormat(config: JsonObject): ResponseFormat | undefined {
  const type = fieldOf(config, 'responseMimeType', param)
  if (type === 'text/plain') return { type: 'text' }
  if (type !== 'application/json') return undefined
  const schema = fieldOf(config, 'responseJsonSchema', param)
  const subset = fieldOf(config, 'responseSchema', param)
  if (!isJsonObject(schema) && !isJsonObject(subset)) return { type: 'json_object' }
  return {
    type: 'json_schema',
    name: 'response',
    schema: isJsonObject(schema) ? schema : jsonSchemaOf(objectOrEmpty(subset)),
    strict: true,
  }
}
