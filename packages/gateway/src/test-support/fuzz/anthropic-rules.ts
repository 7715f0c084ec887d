import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import { brokenBlock } from './anthropic-blocks.ts'
import { brokenSchema } from './anthropic-schemas.ts'

/** https://platform.claude.com/docs/en/api/messages/create: the fields of a body; others are refused. */
const bodyFields: ReadonlySet<string> = new Set([
  'cache_control',
  'container',
  'context_management',
  'diagnostics',
  'inference_geo',
  'max_tokens',
  'mcp_servers',
  'messages',
  'metadata',
  'model',
  'output_config',
  'service_tier',
  'speed',
  'stop_sequences',
  'stream',
  'system',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
])

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching: how many marks there may be. */
const cacheMarksMax = 4

/** Models that take no sampling, no beginning of their answer, and system messages after a turn. */
const newest = /claude-(?:opus|sonnet)-[5-9]|claude-opus-4-8/

/**
 * What the Messages API would say of a request, as far as a translation is answerable for it; of what
 * only the caller chose, such as how many marks of the cache it sets, `strict` tells too. Undefined:
 * nothing.
 */
export function brokenAnthropicRule(body: JsonObject, strict = false): string | undefined {
  const { model, max_tokens: limit, messages, stop_sequences: stop, system, tools } = body
  if (typeof model !== 'string') return 'model is no text'
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
    return 'max_tokens is no positive number'
  }
  const unknown = Object.keys(body).find((field) => !bodyFields.has(field))
  if (unknown !== undefined) return `${unknown}: Extra inputs are not permitted`
  if (tools !== undefined && !Array.isArray(tools)) return 'tools are no list'
  if (!Array.isArray(messages) || messages.length === 0) return 'there are no messages'
  if (arrayOrEmpty(stop).some((each) => typeof each !== 'string' || each.trim() === '')) {
    return 'a stop sequence is blank'
  }
  const metadata = Object.keys(objectOrEmpty(body['metadata']))
  if (metadata.some((field) => field !== 'user_id')) return 'metadata has another field'
  return (
    brokenSystem(system) ??
    brokenTools(arrayOrEmpty(tools), strict) ??
    brokenThinking(body, limit) ??
    brokenSampling(body, model) ??
    brokenMessages(messages, model) ??
    brokenEnd(messages, model) ??
    (strict && marksIn(body) > cacheMarksMax ? 'there are too many marks of the cache' : undefined)
  )
}

function brokenSystem(system: unknown): string | undefined {
  if (system === undefined) return undefined
  if (typeof system === 'string') return system.trim() === '' ? 'system is empty' : undefined
  if (!Array.isArray(system)) return 'system is no list'
  const blocks: readonly unknown[] = system
  if (blocks.some((block) => objectOrEmpty(block)['type'] !== 'text')) return 'system is no text'
  return firstOf(blocks, (block) => brokenBlock(block, 'user'))
}

/** https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools */
function brokenTools(tools: readonly unknown[], strict: boolean): string | undefined {
  const names = new Set<unknown>()
  return firstOf(tools, (tool) => {
    const { input_schema: schema, name, strict: isStrict, type } = objectOrEmpty(tool)
    if (type !== undefined && type !== 'custom') return undefined
    if (typeof name !== 'string' || !/^[\w-]{1,128}$/.test(name)) return `the name ${String(name)}`
    if (strict && names.has(name)) return 'names of tools must be unique'
    names.add(name)
    if (!isJsonObject(schema)) return 'a tool has no schema'
    return isStrict === true ? brokenSchema(schema) : undefined
  })
}

/** https://platform.claude.com/docs/en/build-with-claude/extended-thinking */
function brokenThinking(body: JsonObject, limit: number): string | undefined {
  const { thinking, tool_choice: choice, output_config: config } = body
  const format = objectOrEmpty(config)['format']
  if (isJsonObject(format)) {
    const broken = brokenSchema(objectOrEmpty(format['schema']))
    if (broken !== undefined) return broken
  }
  if (!isJsonObject(thinking) || thinking['type'] === 'disabled') return undefined
  const { type } = objectOrEmpty(choice)
  if (type === 'any' || type === 'tool') return 'thinking may not be enabled when a tool is forced'
  const { budget_tokens: budget } = thinking
  if (thinking['type'] !== 'enabled') return undefined
  if (typeof budget !== 'number' || budget < 1024) return 'the budget is below 1024'
  if (budget >= limit) return 'max_tokens must be greater than the budget'
  const { temperature, top_k: topK } = body
  if (temperature !== undefined && temperature !== 1) return 'temperature with thinking'
  return topK === undefined ? undefined : 'top_k with thinking'
}

function brokenSampling({ temperature, top_k: topK, top_p: topP }: JsonObject, model: string) {
  const given = [temperature, topK, topP].filter((value) => value !== undefined)
  if (newest.test(model) && given.length > 0) return 'sampling is not supported on this model'
  if (typeof temperature === 'number' && (temperature < 0 || temperature > 1)) {
    return 'temperature: range 0..1'
  }
  return temperature !== undefined && topP !== undefined
    ? 'temperature and top_p cannot both be specified'
    : undefined
}

function brokenMessages(messages: readonly unknown[], model: string): string | undefined {
  let open: ReadonlySet<string> = new Set()
  let before: unknown
  for (const [index, message] of messages.entries()) {
    if (!isJsonObject(message)) return 'a message is no object'
    const { role, content } = message
    const isSystem = role === 'system'
    if (role !== 'user' && role !== 'assistant' && !isSystem) return `a role is ${String(role)}`
    if (index === 0 && role !== 'user') return 'the first message is not the user’s'
    if (isSystem && (!newest.test(model) || before !== 'user'))
      return 'a system message is misplaced'
    if (before === 'system' && role === 'user') return 'a system message precedes the user'
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    if (!Array.isArray(blocks) || blocks.length === 0) return 'a message is empty'
    const broken = firstOf(blocks, (block) => brokenBlock(block, isSystem ? 'user' : role))
    if (broken !== undefined) return broken
    const answered = new Set(idsOf(blocks, 'tool_result', 'tool_use_id'))
    if ([...open].some((id) => !answered.has(id))) return 'a tool_use has no tool_result'
    if ([...answered].some((id) => !open.has(id))) return 'a tool_result has no tool_use'
    open = new Set(idsOf(blocks, 'tool_use', 'id'))
    before = role
  }
  return open.size > 0 ? 'the last tool_use has no tool_result' : undefined
}

/** https://platform.claude.com/docs/en/api/errors: how the last message may end. */
function brokenEnd(messages: readonly unknown[], model: string): string | undefined {
  const { content, role } = objectOrEmpty(messages.at(-1))
  if (role !== 'assistant') return undefined
  const last = typeof content === 'string' ? content : arrayOrEmpty(content).at(-1)
  const text = typeof last === 'string' ? last : objectOrEmpty(last)['text']
  if (String(objectOrEmpty(last)['type']).includes('thinking')) return 'the end is thinking'
  if (typeof text !== 'string') return undefined
  if (newest.test(model)) return 'prefill is not supported on this model'
  return text === text.trimEnd() ? undefined : 'the end is white space'
}

function marksIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + marksIn(each), 0)
  if (!isJsonObject(value)) return 0
  return Object.entries(value).reduce(
    (sum, [name, each]) => sum + (name === 'cache_control' ? 1 : marksIn(each)),
    0,
  )
}

function idsOf(blocks: readonly unknown[], type: string, field: string): string[] {
  return blocks
    .filter(isJsonObject)
    .filter((block) => block['type'] === type)
    .map((block) => String(block[field]))
}

function firstOf(
  values: readonly unknown[],
  broken: (value: unknown) => string | undefined,
): string | undefined {
  for (const value of values) {
    const rule = broken(value)
    if (rule !== undefined) return rule
  }
  return undefined
}
