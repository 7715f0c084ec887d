import type { JsonObject } from '@fairlead/base'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { jsonSchemaForm } from './json-schema-form.ts'
import type { ModelFeatures } from './model-features.ts'
import { schemaSubset } from './schema-subset.ts'

interface JsonAnswer {
  /** Fields of `generationConfig`. */
  readonly config: JsonObject
  /** For a model that cannot be made to answer so. */
  readonly instruction?: string
}

/**
 * How a JSON answer is asked for (https://ai.google.dev/gemini-api/docs/structured-output). Models
 * before Gemini 3 refuse it together with tools, and are told in words.
 */
export function encodeJsonAnswer(
  { responseFormat: format, tools }: ModelRequest,
  features: ModelFeatures,
): JsonAnswer {
  if (format === undefined) return { config: {} }
  if (format.type === 'text') return { config: { responseMimeType: 'text/plain' } }
  const isTold = tools.length > 0 && !features.mixesTools
  if (format.type === 'json_object') {
    return isTold
      ? { config: {}, instruction: 'Answer with one valid JSON object and nothing else.' }
      : { config: { responseMimeType: 'application/json' } }
  }
  if (isTold) {
    return {
      config: {},
      instruction: `Answer with JSON only, valid under this JSON schema: ${JSON.stringify(format.schema)}`,
    }
  }
  return {
    config: {
      responseMimeType: 'application/json',
      ...(features.jsonSchema
        ? { responseJsonSchema: jsonSchemaForm(format.schema) }
        : { responseSchema: schemaSubset(format.schema) }),
    },
  }
}
