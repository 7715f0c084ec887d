import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import {
  invalidField,
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
} from '../../json/request-field.ts'
import type {
  ContentPart,
  FunctionCallOutputItem,
  Item,
  ReasoningItem,
  Role,
} from '../../operations/chat/item.ts'
import { unwrapSealed } from '../../operations/chat/sealed-text.ts'
import { cacheMark } from './cache-point.ts'
import { decodePart } from './decode-content.ts'
import { dialectName } from './dialect-name.ts'
import { without } from './given.ts'

type Speaker = 'user' | 'assistant' | 'system'

/** Reads the blocks of `system`; neighbours are the parts of one message. */
export function decodeSystem(value: unknown): Item[] {
  const blocks = readOptional(value, 'system', readArray) ?? []
  return decodeBlocks(blocks, 'system', 'system')
}

/** Reads `messages` into items: each block is a part of a message, or an item of its own. */
export function decodeMessages(messages: readonly unknown[]): Item[] {
  return messages.flatMap((value, index) => {
    const param = `messages[${index}]`
    const message = readObject(value, param)
    const role = readNonEmptyString(message['role'], `${param}.role`)
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      throw invalidField(`${param}.role`, `'${role}' is not one of 'user', 'assistant', 'system'.`)
    }
    return decodeBlocks(readArray(message['content'], `${param}.content`), role, `${param}.content`)
  })
}

function decodeBlocks(blocks: readonly unknown[], role: Speaker, param: string): Item[] {
  const items: Item[] = []
  let parts: ContentPart[] | undefined

  function add(item: Item): void {
    parts = undefined
    items.push(item)
  }

  function addPart(part: ContentPart): void {
    if (parts === undefined) {
      parts = []
      items.push({ type: 'message', role: role satisfies Role, content: parts })
    }
    parts.push(part)
  }

  /** Whether there is something before it that can carry the mark. */
  function marks(block: JsonObject): boolean {
    const mark = cacheMark(block)
    if (mark === undefined) return false
    const part = parts?.at(-1)
    if (parts !== undefined && part !== undefined) {
      if (part.cache_control !== undefined) return false
      parts[parts.length - 1] = { ...part, cache_control: mark }
      return true
    }
    const last = items.at(-1)
    if (last?.type !== 'function_call' && last?.type !== 'function_call_output') return false
    if (last.cache_control !== undefined) return false
    items[items.length - 1] = { ...last, cache_control: mark }
    return true
  }

  for (const [index, value] of blocks.entries()) {
    const place = `${param}[${index}]`
    const block = readObject(value, place)
    if (marks(block)) continue
    const part = decodePart(block, role === 'assistant' ? 'assistant' : 'user', place)
    if (part === undefined) add(decodeItem(block, role, place))
    else addPart(part)
  }
  return items
}

function decodeItem(block: JsonObject, role: Speaker, param: string): Item {
  const { reasoningContent, toolResult, toolUse } = block
  if (isJsonObject(toolUse) && toolUse['type'] === undefined) {
    const name = readNonEmptyString(toolUse['name'], `${param}.toolUse.name`)
    const id = readNonEmptyString(toolUse['toolUseId'], `${param}.toolUse.toolUseId`)
    const text = JSON.stringify(toolUse['input'] ?? {})
    return {
      type: 'function_call',
      call_id: id,
      name,
      arguments: text,
      ...extras(toolUse, ['toolUseId', 'name', 'input']),
    }
  }
  if (isJsonObject(toolResult) && toolResult['type'] === undefined) {
    return decodeResult(toolResult, `${param}.toolResult`)
  }
  if (isJsonObject(reasoningContent)) return decodeReasoning(reasoningContent)
  return { type: 'fairlead:native', role, dialect: dialectName, block }
}

function decodeResult(result: JsonObject, param: string): FunctionCallOutputItem {
  const id = readNonEmptyString(result['toolUseId'], `${param}.toolUseId`)
  const blocks = arrayOrEmpty(result['content']).map((value, index) =>
    readObject(value, `${param}.content[${index}]`),
  )
  const parts = blocks.map((block, index): ContentPart | undefined =>
    block['json'] === undefined
      ? decodePart(block, 'user', `${param}.content[${index}]`)
      : // Its spelling as text would be taken for a text on the way back.
        {
          type: 'input_text',
          text: JSON.stringify(block['json']),
          extras: { dialect: dialectName, fields: block },
        },
  )
  const known = parts.map(
    (part, index): ContentPart =>
      part ?? {
        type: 'input_text',
        text: '',
        extras: { dialect: dialectName, fields: blocks[index] ?? {} },
      },
  )
  const [only] = known
  const isText = known.length === 1 && only?.type === 'input_text' && only.extras === undefined
  return {
    type: 'function_call_output',
    call_id: id,
    output: known.length === 0 ? '' : isText ? only.text : known,
    ...(result['status'] === 'error' ? { is_error: true } : {}),
    ...extras(result['status'] === 'success' ? result : without(result, ['status']), [
      'toolUseId',
      'content',
    ]),
  }
}

function decodeReasoning(content: JsonObject): ReasoningItem {
  const redacted = stringOrUndefined(content['redactedContent'])
  if (redacted !== undefined) {
    const { field, maker, text } = unwrapSealed(redacted, dialectName, 'encrypted_content')
    return { type: 'reasoning', maker, summary: [], [field]: text }
  }
  const { signature, text } = objectOrEmpty(content['reasoningText'])
  const thinking = stringOrUndefined(text) ?? ''
  const told = {
    type: 'reasoning' as const,
    summary: [],
    ...(thinking === '' ? {} : { content: [{ type: 'reasoning_text' as const, text: thinking }] }),
  }
  if (typeof signature !== 'string' || signature === '') return told
  const sealed = unwrapSealed(signature, dialectName, 'signature')
  return { ...told, maker: sealed.maker, [sealed.field]: sealed.text }
}

function extras(fields: JsonObject, known: readonly string[]) {
  const kept = without(fields, known)
  return Object.keys(kept).length === 0 ? {} : { extras: { dialect: dialectName, fields: kept } }
}
