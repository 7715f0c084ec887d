import type {
  ContentPart,
  FunctionCallItem,
  FunctionCallOutputItem,
  Item,
  MessageItem,
  ReasoningItem,
  Role,
} from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  readArray,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
  wrongType,
} from '../../json/request-field.ts'
import { readRole } from './message-role.ts'
import { decodeAssistantPart, decodeInputPart, decodeTextPart } from './decode-content.ts'

/** Reads `messages` into items; one assistant message may yield reasoning, text and calls. */
export function decodeMessages(messages: readonly unknown[]): Item[] {
  const items: Item[] = []
  /** The id of the latest call of each function. */
  const latestCalls = new Map<string, string>()
  for (const [index, value] of messages.entries()) {
    const param = `messages[${index}]`
    const message = readObject(value, param)
    const role = readRole(message['role'], param)
    switch (role) {
      case 'system':
      case 'developer':
        items.push(decodeMessage(message, role, param, decodeTextPart))
        break
      case 'user':
        items.push(decodeMessage(message, role, param, decodeInputPart))
        break
      case 'assistant':
        for (const item of decodeAssistant(message, param, items.length)) {
          if (item.type === 'function_call') latestCalls.set(item.name, item.call_id)
          items.push(item)
        }
        break
      case 'tool':
        items.push(decodeToolOutput(message, param))
        break
      case 'function':
        items.push(decodeFunctionOutput(message, param, latestCalls))
        break
    }
  }
  return items
}

type ReadPart = (value: unknown, param: string) => ContentPart

function decodeMessage(
  message: JsonObject,
  role: Role,
  param: string,
  readPart: ReadPart,
): MessageItem {
  return {
    type: 'message',
    role,
    content: decodeContent(message['content'], `${param}.content`, readPart, (text) =>
      role === 'assistant' ? { type: 'output_text', text } : { type: 'input_text', text },
    ),
    ...decodeName(message, param),
  }
}

function decodeContent(
  value: unknown,
  param: string,
  readPart: ReadPart,
  textPart: (text: string) => ContentPart,
): ContentPart[] {
  if (typeof value === 'string') return [textPart(value)]
  if (!Array.isArray(value)) {
    throw wrongType(param, 'a string or an array of content parts', value)
  }
  if (value.length === 0) throw invalidField(param, 'it has no parts; give at least one.')
  return value.map((part, index) => readPart(part, `${param}[${index}]`))
}

function decodeName(message: JsonObject, param: string): { name?: string } {
  const name = readOptional(message['name'], `${param}.name`, readString)
  return name === undefined ? {} : { name }
}

function decodeAssistant(message: JsonObject, param: string, position: number): Item[] {
  const reasoning = decodeReasoning(message, param)
  const spoken = decodeAssistantMessage(message, param)
  const calls = decodeToolCalls(message, param, position)
  if (spoken === undefined && calls.length === 0 && reasoning === undefined) {
    throw invalidField(
      `${param}.content`,
      'an assistant message needs content, a refusal or tool_calls.',
    )
  }
  return [
    ...(reasoning === undefined ? [] : [reasoning]),
    ...(spoken === undefined ? [] : [spoken]),
    ...calls,
  ]
}

/** DeepSeek, vLLM and others put the thinking in `reasoning_content`, OpenRouter in `reasoning`. */
function decodeReasoning(message: JsonObject, param: string): ReasoningItem | undefined {
  const text =
    readOptional(message['reasoning_content'], `${param}.reasoning_content`, readString) ??
    (typeof message['reasoning'] === 'string' ? message['reasoning'] : undefined)
  if (text === undefined || text === '') return undefined
  return { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text }] }
}

function decodeAssistantMessage(message: JsonObject, param: string): MessageItem | undefined {
  const refusal = readOptional(message['refusal'], `${param}.refusal`, readString)
  const content = message['content'] ?? undefined
  if (content === undefined && refusal === undefined) return undefined
  if (content === '' && hasCalls(message)) return undefined
  const decoded =
    content === undefined
      ? { type: 'message' as const, role: 'assistant' as const, content: [] }
      : decodeMessage(message, 'assistant', param, decodeAssistantPart)
  return {
    ...decoded,
    ...decodeName(message, param),
    content: [
      ...decoded.content,
      ...(refusal === undefined ? [] : [{ type: 'refusal' as const, refusal }]),
    ],
  }
}

function hasCalls(message: JsonObject): boolean {
  const calls = message['tool_calls']
  return (Array.isArray(calls) && calls.length > 0) || Boolean(message['function_call'])
}

function decodeToolCalls(message: JsonObject, param: string, position: number): FunctionCallItem[] {
  const calls = readOptional(message['tool_calls'], `${param}.tool_calls`, readArray) ?? []
  const items = calls.map((call, index) => decodeToolCall(call, `${param}.tool_calls[${index}]`))
  const legacy = readOptional(message['function_call'], `${param}.function_call`, readObject)
  if (legacy === undefined) return items
  return [
    ...items,
    {
      type: 'function_call',
      call_id: `call_function_${position}`,
      name: readNonEmptyString(legacy['name'], `${param}.function_call.name`),
      arguments: readString(legacy['arguments'], `${param}.function_call.arguments`),
    },
  ]
}

function decodeToolCall(value: unknown, param: string): FunctionCallItem {
  const call = readObject(value, param)
  const callId = readNonEmptyString(call['id'], `${param}.id`)
  if (call['type'] === 'custom') {
    const custom = readObject(call['custom'], `${param}.custom`)
    return {
      type: 'function_call',
      call_id: callId,
      name: readNonEmptyString(custom['name'], `${param}.custom.name`),
      arguments: readString(custom['input'], `${param}.custom.input`),
    }
  }
  const called = readObject(call['function'], `${param}.function`)
  return {
    type: 'function_call',
    call_id: callId,
    name: readNonEmptyString(called['name'], `${param}.function.name`),
    arguments: readString(called['arguments'], `${param}.function.arguments`),
  }
}

function decodeToolOutput(message: JsonObject, param: string): FunctionCallOutputItem {
  const content = message['content']
  return {
    type: 'function_call_output',
    call_id: readNonEmptyString(message['tool_call_id'], `${param}.tool_call_id`),
    output:
      typeof content === 'string'
        ? content
        : decodeContent(content, `${param}.content`, decodeInputPart, (text) => ({
            type: 'input_text',
            text,
          })),
  }
}

/** The legacy form: a `function` message answers the latest call of that name. */
function decodeFunctionOutput(
  message: JsonObject,
  param: string,
  latestCalls: ReadonlyMap<string, string>,
): FunctionCallOutputItem {
  const name = readNonEmptyString(message['name'], `${param}.name`)
  const callId = latestCalls.get(name)
  if (callId === undefined) {
    throw invalidField(
      `${param}.name`,
      `no earlier assistant message calls the function '${name}'; include that message.`,
    )
  }
  return {
    type: 'function_call_output',
    call_id: callId,
    output: readOptional(message['content'], `${param}.content`, readString) ?? '',
  }
}
