import {
  type ContentPart,
  invalidField,
  type Item,
  readArray,
  readObject,
  readOptional,
  readString,
  type Role,
} from '@fairlead/llm'
import type { JsonObject } from '@fairlead/base'

const itemsMax = 20
const roles: readonly string[] = ['user', 'assistant', 'system', 'developer']

/**
 * Reads up to 20 items, as `POST /v1/conversations` accepts them. Text becomes a content part.
 * Throws a ModelError 400 for one that no model could be sent.
 */
export function readItems(value: unknown): readonly Item[] {
  const items = readOptional(value, 'items', readArray) ?? []
  if (items.length > itemsMax) {
    throw invalidField('items', `it has ${items.length} items; give at most ${itemsMax}.`)
  }
  return items.map((item, index) => readItem(item, `items[${index}]`))
}

function readItem(value: unknown, param: string): Item {
  const item = readObject(value, param)
  const type = item['type'] ?? 'message'
  if (type === 'message') return readMessage(item, param)
  oneOf(['message', ...Object.keys(fieldsOfItem)], type, `${param}.type`)
  readFields(item, fieldsOfItem[type], param)
  return item as unknown as Item
}

type Read = (value: unknown, param: string) => unknown
type Fields = Readonly<Record<string, Read>>

const optional =
  (read: Read): Read =>
  (value, param) =>
    readOptional(value, param, read)

const listOf =
  (read: Read): Read =>
  (value, param) =>
    readArray(value, param).map((entry, index) => read(entry, `${param}[${index}]`))

const readText: Read = (value, param) => readFields(readObject(value, param), textFields, param)
const textFields: Fields = { text: readString }

const fieldsOfItem: Readonly<Record<string, Fields>> = {
  reasoning: { summary: listOf(readText), content: optional(listOf(readText)) },
  function_call: { call_id: readString, name: readString, arguments: readString },
  function_call_output: { call_id: readString, output: readOutput },
}

/** Files that a model made come from models only. */
type GivenPart = Exclude<ContentPart['type'], 'output_file'>

const fieldsOfPart: Readonly<Record<GivenPart, Fields>> = {
  input_text: textFields,
  output_text: textFields,
  refusal: { refusal: readString },
  input_image: { image_url: readString },
  input_file: Object.fromEntries(
    ['filename', 'file_id', 'file_data', 'file_url'].map((name) => [name, optional(readString)]),
  ),
  input_audio: { data: readString, format: readString },
}

function readMessage(item: JsonObject, param: string): Item {
  const { role, content } = item
  oneOf(roles, role, `${param}.role`)
  const text = role === 'assistant' ? 'output_text' : 'input_text'
  return {
    ...item,
    type: 'message',
    role: role as Role,
    content:
      typeof content === 'string'
        ? [{ type: text, text: content }]
        : readParts(content, `${param}.content`),
  }
}

function readOutput(value: unknown, param: string): void {
  if (typeof value !== 'string') readParts(value, param)
}

function readParts(value: unknown, param: string): readonly ContentPart[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidField(param, 'it must be text or a list of content parts.')
  }
  for (const [index, entry] of value.entries()) {
    const path = `${param}[${index}]`
    const part = readObject(entry, path)
    oneOf(Object.keys(fieldsOfPart), part['type'], `${path}.type`)
    readFields(part, fieldsOfPart[part['type'] as GivenPart], path)
  }
  return value as readonly ContentPart[]
}

function readFields(object: JsonObject, fields: Fields | undefined, param: string): void {
  for (const [name, read] of Object.entries(fields ?? {})) read(object[name], `${param}.${name}`)
}

function oneOf(names: readonly string[], value: unknown, param: string): asserts value is string {
  if (typeof value === 'string' && names.includes(value)) return
  throw invalidField(param, `it must be one of ${names.join(', ')}.`)
}
