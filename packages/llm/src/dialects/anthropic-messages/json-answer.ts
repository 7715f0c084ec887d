import type { JsonObject } from '@fairlead/base'
import type { ResponseFormat } from '../../operations/chat/model-request.ts'
import type { ModelFeatures } from './model-features.ts'
import { structuredSchema } from './structured-schema.ts'

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
 * tool whose input is the answer, and by an instruction where the schema is not that of an object. A
 * caller who speaks this dialect has its schema sent as it is.
 */
export function encodeJsonAnswer(
  format: ResponseFormat | undefined,
  features: ModelFeatures,
  own: boolean,
): JsonAnswer {
  if (format === undefined || format.type === 'text') return {}
  if (format.type === 'json_object') {
    return { instruction: 'Answer with one valid JSON object and nothing else.' }
  }
  if (features.structuredOutputs) {
    return {
      format: {
        type: 'json_schema',
        schema: own ? format.schema : structuredSchema(format.schema),
      },
    }
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
