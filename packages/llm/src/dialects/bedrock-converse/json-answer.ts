import type { JsonObject } from '@fairlead/base'
import type { ResponseFormat } from '../../operations/chat/model-request.ts'
import type { ModelFeatures } from './model-features.ts'

/**
 * The tool that stands in for a JSON answer on models without structured outputs: its input is the
 * answer. The decoders recognise it by name and return its input as text.
 */
export const answerToolName = 'fairlead_json_answer'

interface JsonAnswer {
  /** Value of `outputConfig.textFormat`. */
  readonly format?: JsonObject
  readonly tool?: JsonObject
  readonly instruction?: string
}

/**
 * How a JSON answer is asked for: by structured outputs where the model has them, otherwise by a tool
 * whose input is the answer where it can be forced to call one, otherwise by an instruction.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html
 */
export function encodeJsonAnswer(
  format: ResponseFormat | undefined,
  features: ModelFeatures,
): JsonAnswer {
  if (format === undefined || format.type === 'text') return {}
  if (format.type === 'json_object') {
    return { instruction: 'Answer with one valid JSON object and nothing else.' }
  }
  const { description, name, schema } = format
  const described = description === undefined || description === '' ? {} : { description }
  if (features.structuredOutputs) {
    const jsonSchema = { name, ...described, schema: JSON.stringify(schema) }
    return { format: { type: 'json_schema', structure: { jsonSchema } } }
  }
  if (schema['type'] !== 'object' || !features.tools || features.forcedCalls === 'None') {
    return {
      instruction: `Answer with JSON only, valid under this JSON schema: ${JSON.stringify(schema)}`,
    }
  }
  return {
    tool: {
      toolSpec: {
        name: answerToolName,
        description: 'Gives the answer. Call it exactly once, as the last thing.',
        ...described,
        inputSchema: { json: schema },
      },
    },
  }
}
