import { type ContentPart, invalidField, type Item, readObject, type Role } from '@fairlead/llm'
import { isJsonObject, type JsonObject } from '@fairlead/base'

const itemsMax = 20
const roles: readonly string[] = ['user', 'assistant', 'system', 'developer']
const itemTypes = ['message', 'reasoning', 'function_call', 'function_call_output']

/** Reads up to 20 items, as `POST /v1/conversations` accepts them. Text becomes a content part. */
export function readItems(value: unknown): readonly Item[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > itemsMax) {
    throw invalidField('items', `it must be a list of at most ${itemsMax} items.`)
  }
  return value.map((entry, index) => readItem(entry, `items[${index}]`))
}

function readItem(value: unknown, param: string): Item {
  const item = readObject(value, param)
  const type = item['type'] ?? 'message'
  if (type === 'message') return readMessage(item, param)
  if (typeof type !== 'string' || !itemTypes.includes(type)) {
    throw invalidField(`${param}.type`, `it must be one of ${itemTypes.join(', ')}.`)
  }
  requireStrings(item, param, requiredFields[type] ?? [])
  return item as unknown as Item
}

const requiredFields: Readonly<Record<string, readonly string[]>> = {
  function_call: ['call_id', 'name', 'arguments'],
  function_call_output: ['call_id'],
}

function requireStrings(item: JsonObject, param: string, names: readonly string[]): void {
  for (const name of names) {
    if (typeof item[name] !== 'string') {
      throw invalidField(`${param}.${name}`, 'it must be a string.')
    }
  }
}

function readMessage(item: JsonObject, param: string): Item {
  const { role, content } = item
  if (typeof role !== 'string' || !roles.includes(role)) {
    throw invalidField(`${param}.role`, `it must be one of ${roles.join(', ')}.`)
  }
  return {
    ...item,
    type: 'message',
    role: role as Role,
    content: readContent(content, role, `${param}.content`),
  }
}

function readContent(content: unknown, role: string, param: string): readonly ContentPart[] {
  if (typeof content === 'string') {
    return [{ type: role === 'assistant' ? 'output_text' : 'input_text', text: content }]
  }
  const parts = Array.isArray(content) ? (content as unknown[]) : []
  const valid = parts.every((part) => isJsonObject(part) && typeof part['type'] === 'string')
  if (parts.length === 0 || !valid) {
    throw invalidField(param, 'it must be text or a list of content parts.')
  }
  return parts as ContentPart[]
}
