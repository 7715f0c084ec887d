import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'

/** The official SDK's schema, whose sources cannot be compiled with ours. */
interface Schema {
  safeParse(value: unknown): {
    readonly data?: unknown
    readonly error?: { readonly message: string }
  }
}
const sdk = dirname(createRequire(import.meta.url).resolve('@mistralai/mistralai/package.json'))
const { ChatCompletionRequest$outboundSchema: schema } = (await import(
  join(sdk, 'esm/models/components/chatcompletionrequest.js')
)) as { readonly ChatCompletionRequest$outboundSchema: Schema }

/** Fields whose values are the caller's own, and are not spelled as the SDK spells fields. */
const opaque: ReadonlySet<string> = new Set(['parameters', 'schema', 'metadata', 'arguments'])

/** A value of the wire in the spelling of the SDK, which has `toolCalls` for `tool_calls`. */
function inSdkSpelling(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSdkSpelling)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      const theirs = name === 'schema' ? 'schemaDefinition' : name
      const spelled = theirs.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
      return [spelled, opaque.has(name) ? field : inSdkSpelling(field)]
    }),
  )
}

/** The path of the first field that the SDK does not know, and so does not send. */
function unknownField(sent: unknown, known: unknown, path = 'body'): string | undefined {
  if (Array.isArray(sent)) {
    return sent
      .map((each, index) => unknownField(each, arrayOrEmpty(known)[index], `${path}.${index}`))
      .find((found) => found !== undefined)
  }
  if (!isJsonObject(sent)) return undefined
  const fields = isJsonObject(known) ? known : {}
  for (const [name, value] of Object.entries(sent)) {
    const place = `${path}.${name}`
    if (!(name in fields)) return place
    const inner = opaque.has(name) ? undefined : unknownField(value, fields[name], place)
    if (inner !== undefined) return inner
  }
  return undefined
}

/** https://github.com/mistralai/mistral-common/blob/main/src/mistral_common/protocol/instruct/validator.py */
const mayFollow: Readonly<Record<string, readonly string[]>> = {
  system: ['user', 'assistant', 'system'],
  user: ['assistant', 'system', 'user'],
  assistant: ['assistant', 'user', 'tool'],
  tool: ['assistant', 'tool'],
}
const nineAlphanumerics = /^[a-zA-Z0-9]{9}$/
const toolName = /^[a-zA-Z0-9_-]{1,64}$/

/**
 * What Mistral's API would say of a request. Undefined: nothing. Fields are those that the official
 * SDK sends, any other is `extra_forbidden`; order and ids are judged as Mistral's validator does.
 */
export function brokenMistralRule(body: JsonObject): string | undefined {
  const parsed = schema.safeParse(inSdkSpelling(body))
  if (parsed.error !== undefined) return parsed.error.message
  const unknown = unknownField(body, parsed.data)
  if (unknown !== undefined) return `Extra inputs are not permitted: ${unknown}`
  const messages = arrayOrEmpty(body['messages']).filter(isJsonObject)
  const last = messages.at(-1)
  if (last?.['role'] === 'assistant' && last['prefix'] !== true) {
    return 'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant'
  }
  return brokenOrder(messages)
}

function brokenOrder(messages: readonly JsonObject[]): string | undefined {
  let previous: string | undefined
  let open = new Set<unknown>()
  for (const message of messages) {
    const { content, tool_call_id: id } = message
    const role = String(message['role'])
    if (previous !== undefined && mayFollow[previous]?.includes(role) !== true) {
      return `Unexpected role '${role}' after role '${previous}'`
    }
    previous = role
    if (role === 'tool') {
      if (typeof id !== 'string' || !nineAlphanumerics.test(id)) return 'Tool call id was invalid'
      if (!open.delete(id)) return `Unexpected tool call id ${id} in tool results`
      continue
    }
    if (role !== 'assistant') continue
    if (open.size > 0) return 'Not the same number of function calls and responses'
    const calls = arrayOrEmpty(message['tool_calls']).filter(isJsonObject)
    if (!content && calls.length === 0) {
      return 'Assistant message must have either content or tool_calls'
    }
    for (const call of calls) {
      const called = call['function']
      if (!nineAlphanumerics.test(String(call['id']))) return 'Tool call id was invalid'
      if (!isJsonObject(called) || !toolName.test(String(called['name']))) return 'Function name'
    }
    open = new Set(calls.map((call) => call['id']))
  }
  return open.size > 0 ? 'Not the same number of function calls and responses' : undefined
}
