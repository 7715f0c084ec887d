import { isJsonObject, type JsonObject } from '@fairlead/base'
import type { ResponseFormat } from '../../operations/chat/model-request.ts'
import type { ModelFeatures } from './model-features.ts'

/**
 * The tool that stands in for a JSON answer on models without structured outputs: its input is the
 * answer. The decoders recognise it by name and return its input as text.
 */
export const answerToolName = 'fairlead_json_answer'

export interface JsonAnswer {
  /** Value of `output_config.format`. */
  readonly format?: JsonObject
  readonly tool?: JsonObject
  readonly instruction?: string
}

/**
 * How a JSON answer is requested: by structured outputs where the model has them, otherwise by a
 * tool whose input is the answer, and by an instruction where the schema is not that of an object.
 */
export function encodeJsonAnswer(
  format: ResponseFormat | undefined,
  features: ModelFeatures,
): JsonAnswer {
  if (format === undefined || format.type === 'text') return {}
  if (format.type === 'json_object') {
    return { instruction: 'Answer with one valid JSON object and nothing else.' }
  }
  if (features.structuredOutputs) {
    return { format: { type: 'json_schema', schema: supportedSchema(format.schema) } }
  }
  if (format.schema['type'] !== 'object') {
    return {
      instruction: `Answer with JSON only, valid under this JSON schema: ${JSON.stringify(format.schema)}`,
    }
  }
  return {
    tool: {
      name: answerToolName,
      description:
        format.description ?? 'Gives the answer. Call it exactly once, as the last thing.',
      input_schema: format.schema,
    },
  }
}

/** Keywords that structured outputs reject; they are moved to the description. */
const unsupportedKeywords: ReadonlySet<string> = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
])

const schemaMaps: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions'])

function supportedSchema(schema: JsonObject): JsonObject {
  const result: Record<string, unknown> = {}
  const notes: string[] = []
  for (const [keyword, value] of Object.entries(schema)) {
    if (unsupportedKeywords.has(keyword)) {
      notes.push(`${keyword}: ${JSON.stringify(value)}`)
    } else if (schemaMaps.has(keyword) && isJsonObject(value)) {
      result[keyword] = Object.fromEntries(
        Object.entries(value).map(([name, child]) => [name, supportedValue(child)]),
      )
    } else if (keyword === 'oneOf' || keyword === 'anyOf' || keyword === 'allOf') {
      result[keyword === 'oneOf' ? 'anyOf' : keyword] = Array.isArray(value)
        ? value.map(supportedValue)
        : value
    } else {
      result[keyword] = keyword === 'items' ? supportedValue(value) : value
    }
  }
  if (schema['type'] === 'object') result['additionalProperties'] = false
  if (notes.length > 0) {
    const description = result['description']
    const text = typeof description === 'string' ? `${description} ` : ''
    result['description'] = `${text}(${notes.join(', ')})`
  }
  return result
}

function supportedValue(value: unknown): unknown {
  return isJsonObject(value) ? supportedSchema(value) : value
}
