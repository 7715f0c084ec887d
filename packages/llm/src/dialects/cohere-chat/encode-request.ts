import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type {
  ModelRequest,
  ModelSettings,
  ResponseFormat,
  ToolDefinition,
} from '../../operations/chat/model-request.ts'
import { dialectName } from './dialect-name.ts'
import { encodeMessages } from './encode-messages.ts'
import { modelFeatures } from './model-features.ts'

/** Writes the body of `POST /v2/chat`: https://docs.cohere.com/reference/chat */
export function encodeRequest(request: ModelRequest): JsonObject {
  const { responseFormat, settings } = request
  const isOwn = (request.extrasDialect ?? dialectName) === dialectName
  const known = modelFeatures(request.model)
  // Who writes for this API knows the model; of others, what it refuses is left out.
  const thinks = isOwn || known.reasoning
  const tools = callableTools(request, known.toolChoice)
  return given({
    ...(isOwn ? request.extras : {}),
    model: request.model,
    messages: encodeMessages(request.items, thinks),
    tools: tools.length === 0 ? undefined : tools.map(encodeTool),
    strict_tools: strictness(tools),
    tool_choice: tools.length > 0 && known.toolChoice ? encodeToolChoice(request) : undefined,
    response_format:
      responseFormat === undefined ? undefined : encodeFormat(responseFormat, tools.length > 0),
    thinking: thinks ? encodeThinking(settings) : undefined,
    max_tokens: settings.maxOutputTokens,
    stop_sequences: settings.stop,
    temperature: within(settings.temperature, 0, 1),
    seed: settings.seed,
    ...encodePenalties(settings, isOwn),
    k: settings.topK,
    p: within(settings.topP, 0.01, 0.99),
    logprobs: settings.logprobs,
    stream: request.stream,
  })
}

/**
 * The tools that may be called. There is no choice of a single one: it is the only one then. A model
 * that cannot be told to call none gets none.
 */
function callableTools(
  { allowedTools, toolChoice, tools }: ModelRequest,
  hasToolChoice: boolean,
): readonly ToolDefinition[] {
  if (toolChoice === 'none' && !hasToolChoice) return []
  const names = typeof toolChoice === 'object' ? [toolChoice.name] : allowedTools
  const callable = tools.filter(({ native }) => native === undefined)
  return names === undefined ? callable : callable.filter(({ name }) => names.includes(name))
}

function encodeTool({ custom, description, name, parameters }: ToolDefinition): JsonObject {
  if (custom !== undefined) {
    throw new ModelError(
      'invalid-request',
      'This model does not support tools that take free text. Give the tool a schema or choose another model.',
      { code: 'unsupported_parameter', param: 'tools' },
    )
  }
  const schema = parameters ?? { type: 'object', properties: {} }
  return { type: 'function', function: given({ name, description, parameters: schema }) }
}

function encodeToolChoice({ toolChoice }: ModelRequest): string | undefined {
  if (toolChoice === 'none') return 'NONE'
  return toolChoice === 'required' || typeof toolChoice === 'object' ? 'REQUIRED' : undefined
}

/** It is said of all tools at once: of some, it would make the others strict too. */
function strictness(tools: readonly ToolDefinition[]): boolean | undefined {
  const [first] = tools
  return tools.every(({ strict }) => strict === first?.strict) ? first?.strict : undefined
}

/** https://docs.cohere.com/docs/structured-outputs: JSON is not answered beside tools. */
function encodeFormat(format: ResponseFormat, hasTools: boolean): JsonObject | undefined {
  if (format.type === 'text') return undefined
  if (hasTools) {
    throw new ModelError(
      'invalid-request',
      'This model does not support JSON answers beside tools. Omit one of them or choose another model.',
      { code: 'unsupported_parameter', param: 'response_format' },
    )
  }
  return {
    type: 'json_object',
    ...(format.type === 'json_schema' ? { json_schema: format.schema } : {}),
  }
}

function encodeThinking({ reasoningBudget, reasoningEffort }: ModelSettings): unknown {
  if (reasoningEffort === 'none') return { type: 'disabled' }
  if (reasoningEffort === undefined && reasoningBudget === undefined) return undefined
  return given({ type: 'enabled', token_budget: reasoningBudget })
}

/**
 * Several models take one of the two only (https://docs.cohere.com/reference/errors): the one that
 * counts repetitions, if a caller of another API gives both.
 */
function encodePenalties(settings: ModelSettings, isOwn: boolean): JsonObject {
  const frequency = within(settings.frequencyPenalty, 0, 1)
  const presence = within(settings.presencePenalty, 0, 1)
  const isOne = isOwn || frequency === undefined || frequency === 0
  return isOne
    ? { frequency_penalty: frequency, presence_penalty: presence }
    : { frequency_penalty: frequency }
}

/**
 * What other APIs allow beyond the range is an error here (https://docs.cohere.com/reference/errors):
 * the nearest value comes closest.
 */
function within(value: number | undefined, min: number, max: number): number | undefined {
  return value === undefined ? undefined : Math.min(max, Math.max(min, value))
}

function given(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  )
}
