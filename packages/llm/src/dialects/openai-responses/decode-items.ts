import type { JsonObject } from '@fairlead/base'
import type {
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  ItemStatus,
  MessageItem,
  NativeItem,
  ReasoningItem,
  Role,
} from '../../operations/chat/item.ts'
import { unwrapSealed } from '../../operations/chat/sealed-text.ts'
import {
  invalidField,
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import { joinCallSeals } from './call-seal.ts'
import { decodeContent, extrasOf } from './decode-content.ts'
import { dialectName } from './dialect-name.ts'

const roles: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system', 'developer'])

/** Reads a list of items, of a request or of an answer. */
function decodeItems(items: readonly unknown[], param: string): Item[] {
  return joinCallSeals(items.map((item, index) => decodeItem(item, `${param}[${index}]`)))
}

/**
 * Reads one item. One of a type that is not canonical, such as a call of a tool that the provider
 * runs itself, is native.
 */
export function decodeItem(value: unknown, param: string): Item {
  const item = readObject(value, param)
  const type = typeOf(item, param)
  switch (type) {
    case 'message':
      return decodeMessage(item, param)
    case 'reasoning':
      return decodeReasoning(item, param)
    case 'function_call':
      return decodeCall(item, 'arguments', param)
    case 'custom_tool_call':
      if (isRunByProvider(item)) return nativeItem(item, type)
      return { ...decodeCall(item, 'input', param), custom: true }
    case 'function_call_output':
      return decodeOutput(item, param)
    case 'custom_tool_call_output':
      return { ...decodeOutput(item, param), custom: true }
    default:
      return nativeItem(item, type)
  }
}

/** The type may be left out for messages, and for references to stored items. */
export function typeOf(item: JsonObject, param: string): string {
  const type = readOptional(item['type'], `${param}.type`, readNonEmptyString)
  if (type !== undefined) return type
  return item['role'] === undefined && item['id'] !== undefined ? 'item_reference' : 'message'
}

/** A message's role. Throws if it is missing, has the wrong type or is unknown. */
export function readRole(value: unknown, param: string): Role {
  if (roles.has(value)) return value as Role
  const role = readString(value, param)
  throw invalidField(
    param,
    `'${role.slice(0, 64)}' is not one of 'user', 'assistant', 'system', 'developer'.`,
  )
}

function decodeMessage(item: JsonObject, param: string): MessageItem {
  const role = readRole(item['role'], `${param}.role`)
  const phase = readOptional(item['phase'], `${param}.phase`, readString)
  return {
    type: 'message',
    ...idAndStatus(item, param),
    role,
    content: decodeContent(item['content'], role, `${param}.content`),
    ...(phase === undefined ? {} : { phase }),
  }
}

/**
 * A seal of another maker belongs to the thinking itself, which a caller may have been told as a
 * summary.
 */
function decodeReasoning(item: JsonObject, param: string): ReasoningItem {
  const texts = (name: string) =>
    (readOptional(item[name], `${param}.${name}`, readArray) ?? []).map((part, index) => {
      const path = `${param}.${name}[${index}]`
      return readString(readObject(part, path)['text'], `${path}.text`)
    })
  const summary = texts('summary')
  const content = texts('content')
  const sealed = readOptional(item['encrypted_content'], `${param}.encrypted_content`, readString)
  const seal =
    sealed === undefined || sealed === ''
      ? undefined
      : unwrapSealed(sealed, dialectName, 'encrypted_content')
  const wasTold = seal?.field === 'signature' && content.length === 0
  const thinking = wasTold ? summary : content
  return {
    type: 'reasoning',
    ...idAndStatus(item, param),
    summary: wasTold ? [] : summary.map((text) => ({ type: 'summary_text', text })),
    ...(thinking.length === 0
      ? {}
      : { content: thinking.map((text) => ({ type: 'reasoning_text', text })) }),
    ...(seal === undefined ? {} : { maker: seal.maker, [seal.field]: seal.text }),
  }
}

function decodeCall(
  item: JsonObject,
  textField: 'arguments' | 'input',
  param: string,
): FunctionCallItem {
  return {
    type: 'function_call',
    ...idAndStatus(item, param),
    call_id: readNonEmptyString(item['call_id'], `${param}.call_id`),
    name: readNonEmptyString(item['name'], `${param}.name`),
    arguments: readString(item[textField], `${param}.${textField}`),
    ...extrasOf(item, ['type', 'id', 'status', 'call_id', 'name', textField]),
  }
}

function decodeOutput(item: JsonObject, param: string): FunctionCallOutputItem {
  const { output } = item
  return {
    type: 'function_call_output',
    ...idAndStatus(item, param),
    call_id: readNonEmptyString(item['call_id'], `${param}.call_id`),
    output: typeof output === 'string' ? output : decodeContent(output, 'user', `${param}.output`),
    ...extrasOf(item, ['type', 'id', 'status', 'call_id', 'output']),
  }
}

/**
 * Whether the provider has answered a call itself: xAI tells the searches of its `x_search` tool as
 * calls of custom tools, with such ids (https://docs.x.ai/docs/guides/tools/search-tools).
 */
export function isRunByProvider({ call_id: callId, type }: JsonObject): boolean {
  return type === 'custom_tool_call' && typeof callId === 'string' && callId.startsWith('xs_call_')
}

/** What the application answers is the user's, everything else the model's. */
function nativeItem(block: JsonObject, type: string): NativeItem {
  const { id } = block
  const isUsers = type.endsWith('_output') || type.endsWith('_response')
  return {
    type: 'fairlead:native',
    ...(typeof id === 'string' ? { id } : {}),
    role: isUsers || type === 'item_reference' ? 'user' : 'assistant',
    ...statusOf(block),
    dialect: dialectName,
    block,
  }
}

function idAndStatus(item: JsonObject, param: string): { id?: string; status?: ItemStatus } {
  const id = readOptional(item['id'], `${param}.id`, readString)
  return { ...(id === undefined || id === '' ? {} : { id }), ...statusOf(item) }
}

function statusOf({ status }: JsonObject): { status?: ItemStatus } {
  return status === 'in_progress' || status === 'completed' || status === 'incomplete'
    ? { status }
    : {}
}

/** What the input of a request is as items: text is a message of the user. */
export function decodeInputField(input: unknown, param: string): Item[] {
  if (typeof input === 'string') {
    return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
  }
  return decodeItems(readArray(input, param), param)
}
