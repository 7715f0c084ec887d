import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'

/**
 * Messages as Mistral's servers take them:
 * https://github.com/mistralai/mistral-common/blob/main/src/mistral_common/protocol/instruct/validator.py
 * says which role may follow which (error 3230), and
 * https://docs.mistral.ai/api/endpoint/chat what fields they have; any other is an error 422.
 */
const fieldsByRole: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['system', new Set(['role', 'content'])],
  ['user', new Set(['role', 'content'])],
  ['assistant', new Set(['role', 'content', 'tool_calls', 'prefix'])],
  ['tool', new Set(['role', 'content', 'tool_call_id', 'name'])],
])

/** What stands between a tool's output and the next message of a user. */
const bridge: JsonObject = { role: 'assistant', content: 'OK.' }

/** The messages, changed as little as such a server needs. */
export function strictMessages(messages: readonly JsonObject[]): JsonObject[] {
  const strict: JsonObject[] = []
  for (const message of messages) {
    if (isEmptyAnswer(message)) continue
    const after = strict.at(-1)?.['role']
    const isAside = after === 'assistant' || after === 'tool'
    // Instructions may stand before an answer only: in the middle of a dialogue the user gives them.
    const role = message['role'] === 'system' && isAside ? 'user' : message['role']
    if (role === 'user' && after === 'tool') strict.push(bridge)
    strict.push(withKnownFields({ ...message, role }))
  }
  const last = strict.at(-1)
  if (last !== undefined && isPrefix(last)) strict[strict.length - 1] = { ...last, prefix: true }
  return strict
}

/** Whether a caller's messages would be changed. Expects messages that have been checked. */
export function areStrict(messages: readonly unknown[]): boolean {
  let after: unknown
  for (const message of messages) {
    if (!isJsonObject(message)) continue
    const { role } = message
    if (role === 'system' && (after === 'assistant' || after === 'tool')) return false
    if (role === 'user' && after === 'tool') return false
    if (isEmptyAnswer(message) || !hasKnownFields(message)) return false
    after = role
  }
  const last = messages.at(-1)
  return !isJsonObject(last) || !isPrefix(last) || last['prefix'] === true
}

function isEmptyAnswer({ content, role, tool_calls: calls }: JsonObject): boolean {
  if (role !== 'assistant' || arrayOrEmpty(calls).length > 0) return false
  return content === undefined || content === null || content === '' || isEmptyList(content)
}

function isEmptyList(content: unknown): boolean {
  return Array.isArray(content) && content.length === 0
}

/** An answer that is to be continued. */
function isPrefix({ role, tool_calls: calls }: JsonObject): boolean {
  return role === 'assistant' && arrayOrEmpty(calls).length === 0
}

function hasKnownFields(message: JsonObject): boolean {
  const known = fieldsByRole.get(String(message['role']))
  return known === undefined || Object.keys(message).every((name) => known.has(name))
}

function withKnownFields(message: JsonObject): JsonObject {
  if (hasKnownFields(message)) return message
  const known = fieldsByRole.get(String(message['role']))
  return Object.fromEntries(Object.entries(message).filter(([name]) => known?.has(name) ?? true))
}
