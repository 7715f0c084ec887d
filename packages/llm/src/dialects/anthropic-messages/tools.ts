import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ModelRequest, ToolDefinition } from '../../operations/chat/model-request.ts'
import type { JsonAnswer } from './json-answer.ts'
import { answerToolName } from './json-answer.ts'
import { dialectName } from './dialect-name.ts'
import type { ModelFeatures } from './model-features.ts'
import { ownFields } from './part-fields.ts'
import { structuredSchema } from './structured-schema.ts'

/**
 * Writes `tools` and `tool_choice`; both are left out if there are no tools. `ownTools` are those that
 * the provider runs itself.
 */
export function encodeTools(
  request: ModelRequest,
  answer: JsonAnswer,
  features: ModelFeatures,
  ownTools: readonly JsonObject[],
): JsonObject {
  const allowed = request.allowedTools === undefined ? undefined : new Set(request.allowedTools)
  const called = request.tools
    .filter((tool) => allowed?.has(tool.name) ?? true)
    .map((tool) => encodeTool(tool, request, features))
  const tools = [...called, ...ownTools]
  if (answer.tool !== undefined) {
    return {
      tools: [...tools, answer.tool],
      tool_choice: {
        ...(tools.length === 0 ? { type: 'tool', name: answerToolName } : { type: 'any' }),
        disable_parallel_tool_use: true,
      },
    }
  }
  if (tools.length === 0) return encodePastTools(request)
  const choice = encodeChoice(request)
  return choice === undefined ? { tools } : { tools, tool_choice: choice }
}

function encodeTool(
  tool: ToolDefinition,
  request: ModelRequest,
  features: ModelFeatures,
): JsonObject {
  const own = (request.extrasDialect ?? dialectName) === dialectName
  if (tool.native !== undefined || tool.custom !== undefined) {
    if (own && tool.native !== undefined) return tool.native
    throw new ModelError(
      'invalid-request',
      `The tool '${tool.name}' is of a kind that this model's provider does not support. Declare it as a function or choose another model.`,
      { param: 'tools' },
    )
  }
  const strict = tool.strict === true && features.structuredOutputs
  const schema = { type: 'object', ...tool.parameters }
  return {
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: strict && !own ? structuredSchema(schema) : schema,
    ...(strict ? { strict } : {}),
    ...(tool.cacheControl === undefined ? {} : { cache_control: tool.cacheControl }),
    ...ownFields(tool.extras),
  }
}

/** A history with calls needs declared tools, even if none may be called any more. */
function encodePastTools(request: ModelRequest): JsonObject {
  const names = new Set(
    request.items.flatMap((item) => (item.type === 'function_call' ? [item.name] : [])),
  )
  if (names.size === 0) return {}
  return {
    tools: [...names].map((name) => ({ name, input_schema: { type: 'object' } })),
    tool_choice: { type: 'none' },
  }
}

function encodeChoice(request: ModelRequest): JsonObject | undefined {
  const { toolChoice: choice } = request
  const single = request.parallelToolCalls === false ? { disable_parallel_tool_use: true } : {}
  if (choice === undefined) {
    return request.parallelToolCalls === false ? { type: 'auto', ...single } : undefined
  }
  if (typeof choice === 'object') return { type: 'tool', name: choice.name, ...single }
  switch (choice) {
    case 'none':
      return { type: 'none' }
    case 'auto':
      return { type: 'auto', ...single }
    case 'required':
      return { type: 'any', ...single }
  }
}
