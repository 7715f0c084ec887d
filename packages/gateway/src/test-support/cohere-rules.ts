import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'

/** Result of the official SDK's own schemas, which it does not export. */
interface Parsed {
  readonly ok: boolean
  readonly errors?: readonly { readonly path: readonly string[]; readonly message: string }[]
}
interface Schema {
  parse(value: unknown, options: { readonly unrecognizedObjectKeys: 'fail' }): Parsed
}

const require = createRequire(import.meta.url)
const sdk = dirname(require.resolve('cohere-ai'))
const { V2ChatRequest } = require(
  join(sdk, 'serialization/resources/v2/client/requests/V2ChatRequest.js'),
) as { readonly V2ChatRequest: Schema }

/** Ranges of numbers: https://docs.cohere.com/reference/chat */
const ranges: readonly (readonly [name: string, min: number, max: number])[] = [
  ['temperature', 0, 1],
  ['frequency_penalty', 0, 1],
  ['presence_penalty', 0, 1],
  ['k', 0, 500],
  ['p', 0.01, 0.99],
]

/**
 * What `/v2/chat` would say of a request. Undefined: nothing. Beside the schema of the official SDK,
 * the rules are those of https://docs.cohere.com/reference/chat and of the messages that
 * https://docs.cohere.com/reference/errors lists.
 */
export function brokenCohereRule({ stream, ...body }: JsonObject): string | undefined {
  if (typeof stream !== 'boolean') return 'stream is no boolean'
  const parsed = V2ChatRequest.parse(body, { unrecognizedObjectKeys: 'fail' })
  if (!parsed.ok) return JSON.stringify(parsed.errors)
  const { documents, response_format: format, tools } = body
  const hasTools = Array.isArray(tools) && tools.length > 0
  if (isJsonObject(format) && format['type'] === 'json_object') {
    if (hasTools) return 'response_format is not supported with tools'
    if (documents !== undefined) return 'response_format is not supported with RAG'
  }
  if (body['tool_choice'] !== undefined && !hasTools) return 'tool_choice needs tools'
  for (const [name, min, max] of ranges) {
    const value = body[name]
    if (typeof value === 'number' && (value < min || value > max)) return `${name} out of range`
  }
  if (Boolean(body['frequency_penalty']) && Boolean(body['presence_penalty'])) {
    return 'cannot specify both frequency_penalty and presence_penalty'
  }
  if (arrayOrEmpty(body['stop_sequences']).length > 5) return 'too many stop sequences'
  const names = arrayOrEmpty(tools).map(nameOf)
  if (!names.every((name) => /^[a-z_]\w*$/i.test(name))) return 'invalid name of a tool'
  return brokenOrder(arrayOrEmpty(body['messages']).filter(isJsonObject))
}

function nameOf(tool: unknown): string {
  const declared = isJsonObject(tool) ? tool['function'] : undefined
  return isJsonObject(declared) ? String(declared['name']) : ''
}

function brokenOrder(messages: readonly JsonObject[]): string | undefined {
  let open = new Set<unknown>()
  for (const message of messages) {
    const { content, role, tool_call_id: id } = message
    const calls = arrayOrEmpty(message['tool_calls']).filter(isJsonObject)
    if (role === 'tool') {
      if (!open.delete(id)) return `the tool message ${String(id)} answers no call`
      continue
    }
    if (open.size > 0) {
      return "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'"
    }
    if (content === '' || (content === undefined && calls.length === 0)) {
      return 'message must not be empty in a turn'
    }
    open = new Set(calls.map((call) => call['id']))
  }
  return open.size > 0 ? 'the last calls have no outputs' : undefined
}
