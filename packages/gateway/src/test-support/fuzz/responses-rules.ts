import { isJsonObject, type JsonObject } from '@fairlead/base'

/** `CreateResponse` of https://platform.openai.com/docs/api-reference/responses/create. */
const knownFields: ReadonlySet<string> = new Set([
  'background',
  'context_management',
  'conversation',
  'include',
  'input',
  'instructions',
  'max_output_tokens',
  'max_tool_calls',
  'metadata',
  'model',
  'moderation',
  'parallel_tool_calls',
  'previous_response_id',
  'prompt',
  'prompt_cache_key',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning',
  'safety_identifier',
  'service_tier',
  'store',
  'stream',
  'stream_options',
  'temperature',
  'text',
  'tool_choice',
  'tools',
  'top_logprobs',
  'top_p',
  'truncation',
  'user',
])

/** How the ids of items begin, by their types; others are refused. */
const idPrefixes: Readonly<Record<string, string>> = {
  message: 'msg',
  reasoning: 'rs',
  function_call: 'fc',
  custom_tool_call: 'ctc',
}

/** Seals of OpenAI begin so in all recordings; it refuses what it cannot decrypt. */
const sealBegins = 'gAAAA'

/**
 * What OpenAI's Responses would say of a request, as far as a translation is answerable for it.
 * Undefined: nothing.
 */
export function brokenResponsesRule(body: JsonObject): string | undefined {
  const unknown = Object.keys(body).find((name) => !knownFields.has(name))
  if (unknown !== undefined) return `Unknown parameter: '${unknown}'.`
  const { input, model, tools } = body
  if (typeof model !== 'string') return 'model is no text'
  const brokenTool = (Array.isArray(tools) ? tools : [])
    .map(brokenToolRule)
    .find((rule) => rule !== undefined)
  if (brokenTool !== undefined) return brokenTool
  if (typeof input === 'string') return undefined
  if (!Array.isArray(input) || input.length === 0) return 'there is no input'
  return input.map(brokenItem).find((rule) => rule !== undefined) ?? brokenPairs(input)
}

function brokenToolRule(tool: unknown): string | undefined {
  if (!isJsonObject(tool)) return 'a tool is no object'
  const { name, parameters, type } = tool
  if (type !== 'function') return undefined
  if (typeof name !== 'string') return 'a function has no name'
  return isJsonObject(parameters) ? undefined : 'a function has no parameters'
}

function brokenItem(item: unknown): string | undefined {
  if (!isJsonObject(item)) return 'an item is no object'
  const { type = 'message', id } = item
  const prefix = idPrefixes[String(type)]
  if (prefix !== undefined && typeof id === 'string' && !id.startsWith(prefix)) {
    return `Invalid id: '${id}'. Expected an ID that begins with '${prefix}'.`
  }
  if (typeof id === 'string' && id.includes('_fairlead_')) return `Item '${id}' not found.`
  if (type === 'reasoning') {
    const { content, encrypted_content: seal, summary } = item
    if (!Array.isArray(summary)) return 'reasoning has no summary'
    if (Array.isArray(content) && content.length > 0) return 'reasoning has content'
    // Found by its id, where the answer was stored.
    const isStored = typeof id === 'string' && (seal === undefined || seal === null)
    if (!isStored && (typeof seal !== 'string' || !seal.startsWith(sealBegins))) {
      return 'The encrypted content could not be verified.'
    }
  }
  return type === 'message' ? brokenMessage(item) : undefined
}

function brokenMessage({ content, role }: JsonObject): string | undefined {
  if (typeof content === 'string') return undefined
  if (!Array.isArray(content)) return 'a message has no content'
  const allowed =
    role === 'assistant' ? ['output_text', 'refusal'] : ['input_text', 'input_image', 'input_file']
  const parts: readonly unknown[] = content
  const wrong = parts.find((part) => !isJsonObject(part) || !allowed.includes(String(part['type'])))
  return wrong === undefined ? undefined : `a part is none of ${allowed.join(', ')}`
}

/** Each call has its output, and each output its call before it. */
function brokenPairs(input: readonly unknown[]): string | undefined {
  const open = new Set<string>()
  for (const item of input.filter(isJsonObject)) {
    const { call_id: id, type } = item
    if (type === 'function_call' || type === 'custom_tool_call') open.add(String(id))
    const isOutput = type === 'function_call_output' || type === 'custom_tool_call_output'
    if (isOutput && !open.delete(String(id))) {
      return `No tool call found for output with call_id ${String(id)}.`
    }
  }
  const [first] = open
  return first === undefined ? undefined : `No tool output found for function call ${first}.`
}
