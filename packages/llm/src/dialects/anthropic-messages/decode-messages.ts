import type {
  ContentPart,
  FunctionCallItem,
  Item,
  ReasoningItem,
  Role,
} from '../../operations/chat/item.ts'
import { arrayOrEmpty, type JsonObject, objectOrEmpty } from '@fairlead/base'
import {
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
  wrongType,
} from '../../json/request-field.ts'
import { unwrapSealed } from '../../operations/chat/sealed-text.ts'
import { decodePart, decodeResultPart } from './decode-content.ts'
import { dialectName } from './dialect-name.ts'
import { decodePartFields, extrasOf } from './part-fields.ts'
import { readRole } from './read-role.ts'

/** Reads the top-level `system`: text, or text blocks. */
export function decodeSystem(value: unknown, param: string): Item[] {
  const content = readBlocks(value, param).map((block, index): ContentPart => {
    const text = readString(block['text'], `${param}[${index}].text`)
    return { type: 'input_text', text, ...decodePartFields(block, ['type', 'text']) }
  })
  return content.length === 0 ? [] : [{ type: 'message', role: 'system', content }]
}

/**
 * Reads `messages` into items; results, text, thinking and calls of one message become separate
 * items, as do blocks that only this dialect knows.
 */
export function decodeMessages(messages: readonly unknown[]): Item[] {
  return messages.flatMap((value, index) => {
    const param = `messages[${index}]`
    const message = readObject(value, param)
    const role = readRole(message['role'], param)
    const blocks = readBlocks(message['content'], `${param}.content`)
    const items = decodeBlocks(blocks, role, `${param}.content`)
    return role === 'system' ? withMessageFields(items, message) : items
  })
}

/** A system message may say how long it holds, and more. */
function withMessageFields(items: Item[], message: JsonObject): Item[] {
  const extras = extrasOf(message, ['role', 'content'])
  if (extras === undefined) return items
  const [first, ...rest] = items
  return first?.type === 'message'
    ? [{ ...first, extras }, ...rest]
    : [{ type: 'message', role: 'system', content: [], extras }, ...items]
}

function readBlocks(value: unknown, param: string): readonly JsonObject[] {
  if (typeof value === 'string') return value === '' ? [] : [{ type: 'text', text: value }]
  if (!Array.isArray(value)) throw wrongType(param, 'a string or an array of blocks', value)
  return value.map((block, index) => readObject(block, `${param}[${index}]`))
}

function decodeBlocks(
  blocks: readonly JsonObject[],
  role: Exclude<Role, 'developer'>,
  param: string,
): Item[] {
  const items: Item[] = []
  let content: ContentPart[] = []
  const endMessage = () => {
    if (content.length > 0) items.push({ type: 'message', role, content })
    content = []
  }
  for (const [index, block] of blocks.entries()) {
    const path = `${param}[${index}]`
    const part = isItem(block) ? undefined : decodePart(block, role, path)
    if (part !== undefined) {
      content.push(part)
      continue
    }
    endMessage()
    items.push(
      decodeItem(block, path, blocks[index - 1]) ??
        ({ type: 'fairlead:native', role, dialect: dialectName, block } as const),
    )
  }
  endMessage()
  return items.filter((item, index) => !isSealOfCall(item, items[index + 1]))
}

const itemTypes: ReadonlySet<unknown> = new Set([
  'tool_use',
  'tool_result',
  'thinking',
  'redacted_thinking',
])

function isItem(block: JsonObject): boolean {
  return itemTypes.has(block['type'])
}

/** A block that is an item of its own; `undefined` for one that only this dialect knows. */
function decodeItem(
  block: JsonObject,
  param: string,
  before: JsonObject | undefined,
): Item | undefined {
  switch (block['type']) {
    case 'tool_use':
      return decodeCall(block, param, before)
    case 'tool_result':
      return {
        type: 'function_call_output',
        call_id: readNonEmptyString(block['tool_use_id'], `${param}.tool_use_id`),
        output: readOptional(block['content'], `${param}.content`, decodeResult) ?? '',
        ...(block['is_error'] === true ? { is_error: true } : {}),
        ...decodePartFields(block, ['type', 'tool_use_id', 'content', 'is_error']),
      }
    case 'thinking':
      return decodeThinking(
        readString(block['thinking'], `${param}.thinking`),
        readString(block['signature'], `${param}.signature`),
      )
    case 'redacted_thinking': {
      const { maker, field, text } = sealIn(readString(block['data'], `${param}.data`))
      return { type: 'reasoning', summary: [], maker, [field]: text }
    }
    default:
      return undefined
  }
}

function decodeCall(
  block: JsonObject,
  param: string,
  before: JsonObject | undefined,
): FunctionCallItem {
  const seal = before === undefined ? undefined : sealOfCall(before)
  return {
    type: 'function_call',
    call_id: readNonEmptyString(block['id'], `${param}.id`),
    name: readNonEmptyString(block['name'], `${param}.name`),
    arguments: JSON.stringify(readObject(block['input'], `${param}.input`)),
    ...(seal === undefined ? {} : { signature: seal.text, maker: seal.maker }),
    ...decodePartFields(block, ['type', 'id', 'name', 'input']),
  }
}

/** Thinking of a model that seals nothing came out with an empty signature. */
function decodeThinking(text: string, signature: string): ReasoningItem {
  const told = text === '' ? [] : [text]
  const content = told.map((part) => ({ type: 'reasoning_text', text: part }) as const)
  const spoken = content.length === 0 ? {} : { content }
  if (signature === '') return { type: 'reasoning', summary: [], ...spoken }
  const { maker, field, text: seal } = unwrapSealed(signature, dialectName, 'signature')
  // Beside what is encrypted stands no more than a summary.
  return field === 'encrypted_content'
    ? {
        type: 'reasoning',
        summary: told.map((part) => ({ type: 'summary_text', text: part })),
        maker,
        encrypted_content: seal,
      }
    : {
        type: 'reasoning',
        summary: [],
        ...spoken,
        maker,
        signature: seal,
      }
}

function sealIn(data: string) {
  return unwrapSealed(data, dialectName, 'encrypted_content')
}

/** The seal of another maker's call stands before it, as thinking that cannot be read. */
function sealOfCall(block: JsonObject) {
  if (block['type'] !== 'redacted_thinking' || typeof block['data'] !== 'string') return undefined
  const seal = sealIn(block['data'])
  return seal.maker !== dialectName && seal.field === 'signature' ? seal : undefined
}

function isSealOfCall(item: Item, next: Item | undefined): boolean {
  return (
    item.type === 'reasoning' &&
    item.content === undefined &&
    item.signature !== undefined &&
    item.maker !== dialectName &&
    next?.type === 'function_call' &&
    next.signature === item.signature
  )
}

function decodeResult(value: unknown, param: string): string | ContentPart[] {
  if (typeof value === 'string') return value
  return readArray(value, param).map((entry, index) => {
    const path = `${param}[${index}]`
    return decodeResultPart(readObject(entry, path), path)
  })
}

/**
 * Whether a message's content holds what a provider of this dialect would refuse: seals and citations
 * that another maker's answer got on its way to the caller.
 */
export function hasForeignSeal(content: unknown): boolean {
  return arrayOrEmpty(content).some((value) => {
    const { type, signature, data, citations } = objectOrEmpty(value)
    switch (type) {
      case 'thinking':
        return signature === '' || isWrapped(signature)
      case 'redacted_thinking':
        return isWrapped(data)
      case 'text':
        return arrayOrEmpty(citations).some(
          (citation) => objectOrEmpty(citation)['encrypted_index'] === '',
        )
      default:
        return false
    }
  })
}

function isWrapped(text: unknown): boolean {
  return typeof text === 'string' && sealIn(text).maker !== dialectName
}
