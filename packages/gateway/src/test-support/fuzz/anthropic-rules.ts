import { isJsonObject, type JsonObject } from '@fairlead/base'

/**
 * What the Messages API would say of a request, as far as a translation is answerable for it; what
 * only the caller chose, such as the name of a tool, is not looked at. Undefined: nothing.
 */
export function brokenAnthropicRule(body: JsonObject): string | undefined {
  const { model, max_tokens: limit, messages, tools } = body
  if (typeof model !== 'string') return 'model is no text'
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1) {
    return 'max_tokens is no positive number'
  }
  if (tools !== undefined && !Array.isArray(tools)) return 'tools are no list'
  if (!Array.isArray(messages) || messages.length === 0) return 'there are no messages'
  let open: ReadonlySet<string> = new Set()
  for (const [index, message] of messages.entries()) {
    if (!isJsonObject(message)) return 'a message is no object'
    const { role, content } = message
    if (role !== 'user' && role !== 'assistant') return `a role is ${String(role)}`
    if (index === 0 && role !== 'user') return 'the first message is not the user’s'
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    if (!Array.isArray(blocks) || blocks.length === 0) return 'a message is empty'
    const broken = blocks.map(brokenBlock).find((rule) => rule !== undefined)
    if (broken !== undefined) return broken
    const answered = new Set(idsOf(blocks, 'tool_result', 'tool_use_id'))
    if ([...open].some((id) => !answered.has(id))) return 'a tool_use has no tool_result'
    if ([...answered].some((id) => !open.has(id))) return 'a tool_result has no tool_use'
    open = new Set(idsOf(blocks, 'tool_use', 'id'))
  }
  return open.size > 0 ? 'the last tool_use has no tool_result' : undefined
}

function brokenBlock(block: unknown): string | undefined {
  if (!isJsonObject(block)) return 'a block is no object'
  const { type, text, input } = block
  if (typeof type !== 'string') return 'a block has no type'
  if (type === 'text' && (typeof text !== 'string' || text.trim() === '')) return 'a text is empty'
  if (type === 'tool_use' && !isJsonObject(input)) return 'the input of a tool_use is no object'
  return undefined
}

function idsOf(blocks: readonly unknown[], type: string, field: string): string[] {
  return blocks
    .filter(isJsonObject)
    .filter((block) => block['type'] === type)
    .map((block) => String(block[field]))
}
