import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ModelRequest, ToolDefinition } from '../../operations/chat/model-request.ts'
import { cachePoint } from './cache-point.ts'
import { dialectName } from './dialect-name.ts'
import type { ModelFeatures } from './model-features.ts'

/**
 * Writes `toolConfig`; undefined if there are no tools. `answerTool` stands in for a JSON answer.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html
 */
export function encodeTools(
  request: ModelRequest,
  features: ModelFeatures,
  answerTool: JsonObject | undefined,
): JsonObject | undefined {
  const { toolChoice: choice } = request
  const tools = choice === 'none' ? [] : callableTools(request, features)
  // Of two tools of one name, which Bedrock refuses, callers have given the same twice.
  const byName = new Map(tools.toReversed().map((tool) => [tool.name, tool]))
  const encoded = tools
    .filter((tool) => byName.get(tool.name) === tool)
    .flatMap((tool) => encodeTool(tool, request, features))
  if (answerTool !== undefined) {
    return { tools: [...encoded, answerTool], toolChoice: { any: {} } }
  }
  if (encoded.length === 0) return pastTools(request)
  return { tools: encoded, ...encodeChoice(choice, features) }
}

/** Where a model cannot be told which tool to call, it is given that one alone. */
function callableTools(
  { allowedTools, toolChoice, tools }: ModelRequest,
  { forcedCalls }: ModelFeatures,
): readonly ToolDefinition[] {
  const named =
    typeof toolChoice === 'object' && forcedCalls === 'Any' ? [toolChoice.name] : undefined
  const names = named ?? allowedTools
  if (names === undefined) return tools
  const allowed = new Set(names)
  return tools.filter(({ name }) => allowed.has(name))
}

function encodeTool(
  tool: ToolDefinition,
  request: ModelRequest,
  { structuredOutputs }: ModelFeatures,
): readonly JsonObject[] {
  const { cacheControl, description, extras, name, native, parameters, strict } = tool
  const mark = cacheControl === undefined ? [] : [cachePoint(cacheControl)]
  if (native !== undefined) {
    if ((request.extrasDialect ?? dialectName) === dialectName) return [native, ...mark]
    throw new ModelError(
      'invalid-request',
      `The tool '${name}' is of a kind that this model's provider does not support. Declare it as a function or choose another model.`,
      { param: 'tools' },
    )
  }
  return [
    {
      toolSpec: {
        ...(extras?.dialect === dialectName ? extras.fields : {}),
        name,
        // An empty one is refused.
        ...(description === undefined || description === '' ? {} : { description }),
        inputSchema: { json: { type: 'object', ...parameters } },
        ...(strict !== undefined && structuredOutputs ? { strict } : {}),
      },
    },
    ...mark,
  ]
}

function encodeChoice(
  choice: ModelRequest['toolChoice'],
  { forcedCalls }: ModelFeatures,
): JsonObject {
  if (typeof choice === 'object' && forcedCalls === 'AnyOrNamed') {
    return { toolChoice: { tool: { name: choice.name } } }
  }
  if (choice === 'auto') return { toolChoice: { auto: {} } }
  const forced = choice === 'required' || typeof choice === 'object'
  return forced && forcedCalls !== 'None' ? { toolChoice: { any: {} } } : {}
}

/** A history with calls needs declared tools, even if none may be called any more. */
function pastTools({ items }: ModelRequest): JsonObject | undefined {
  const names = new Set(items.flatMap((item) => (item.type === 'function_call' ? [item.name] : [])))
  if (names.size === 0) return undefined
  return {
    tools: [...names].map((name) => ({
      toolSpec: {
        name,
        description: 'Is no longer available. Do not call it.',
        inputSchema: { json: { type: 'object' } },
      },
    })),
  }
}
