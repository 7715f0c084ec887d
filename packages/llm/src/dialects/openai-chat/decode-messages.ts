import type {
  ContentPart,
  FunctionCallOutputItem,
  Item,
  MessageItem,
  OutputFilePart,
  ReasoningItem,
  Role,
} from '../../operations/chat/item.ts'
import { isJsonObject, type JsonObject } from '@fairlead/base'
import {
  invalidField,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
  wrongType,
} from '../../json/request-field.ts'
import { decodeAudio, decodeImages } from './answer-files.ts'
import { cacheControlField } from './cache-control.ts'
import { decodeSentCalls } from './decode-sent-calls.ts'
import { readRole } from './message-role.ts'
import { readReasoning } from './reasoning-reader.ts'
import { decodeAssistantPart, decodeInputPart, decodeTextPart } from './decode-content.ts'

/** Reads `messages` into items; one assistant message may yield reasoning, text and calls. */
export function decodeMessages(messages: readonly unknown[]): Item[] {
  const items: Item[] = []
  /** The id of the latest call of each function. */
  const latestCalls = new Map<string, string>()
  const customCalls = new Set<string>()
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
          if (item.type === 'function_call') {
            latestCalls.set(item.name, item.call_id)
            if (item.custom === true) customCalls.add(item.call_id)
          }
          items.push(item)
        }
        break
      case 'tool':
        items.push(decodeToolOutput(message, param, customCalls))
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
  const content = decodeContent(message['content'], `${param}.content`, readPart, (text) =>
    role === 'assistant' ? { type: 'output_text', text } : { type: 'input_text', text },
  )
  return {
    type: 'message',
    role,
    content: markLast(content, message, param),
    ...decodeName(message, param),
  }
}

/** A message that is worth caching is so up to its last part. */
function markLast(parts: readonly ContentPart[], message: JsonObject, param: string) {
  const mark = cacheControlField(message, param)
  const last = parts.at(-1)
  return last === undefined || mark.cache_control === undefined
    ? parts
    : [...parts.slice(0, -1), { ...mark, ...last }]
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
  const calls = decodeSentCalls(message, param, position)
  if (spoken === undefined && calls.length === 0 && reasoning.length === 0) {
    throw invalidField(
      `${param}.content`,
      'an assistant message needs content, a refusal or tool_calls.',
    )
  }
  return [...reasoning, ...(spoken === undefined ? [] : [spoken]), ...calls]
}

/** The thinking in any of the forms in which servers write it, as a caller sends it back. */
function decodeReasoning(message: JsonObject, param: string): ReasoningItem[] {
  readOptional(message['reasoning_content'], `${param}.reasoning_content`, readString)
  return readReasoning(message).map((item) => {
    const { status: _, ...sent } = item
    return sent
  })
}

function decodeAssistantMessage(message: JsonObject, param: string): MessageItem | undefined {
  const refusal = readOptional(message['refusal'], `${param}.refusal`, readString)
  const speech = decodeSpeech(message)
  const content = saidContent(message)
  const images = decodeImages(message['images'])
  const isOnlyText = refusal === undefined && speech.length === 0 && images.length === 0
  if (content === undefined && isOnlyText) return undefined
  if (content === '' && isOnlyText && hasCalls(message)) return undefined
  const decoded =
    content === undefined
      ? { type: 'message' as const, role: 'assistant' as const, content: [] }
      : decodeMessage({ ...message, content }, 'assistant', param, decodeAssistantPart)
  return {
    ...decoded,
    ...decodeName(message, param),
    content: [
      ...decoded.content,
      ...(refusal === undefined ? [] : [{ type: 'refusal' as const, refusal }]),
      ...speech,
      ...images,
    ],
  }
}

/** The content without what Mistral's servers put among it: thinking and references. */
function saidContent({ content }: JsonObject): unknown {
  if (!Array.isArray(content)) return content ?? undefined
  const said = content.filter((part) => !isJsonObject(part) || !unsaid.has(part['type']))
  return said.length === 0 && content.length > 0 ? undefined : said
}

const unsaid: ReadonlySet<unknown> = new Set(['thinking', 'reference'])

/** An earlier answer's speech, which is named by its id alone. */
function decodeSpeech({ audio }: JsonObject): OutputFilePart[] {
  if (!isJsonObject(audio)) return []
  const whole = decodeAudio(audio)
  if (whole !== undefined) return [whole]
  const { id } = audio
  return typeof id === 'string'
    ? [{ type: 'output_file', id, media_type: 'audio/*', data: '' }]
    : []
}

function hasCalls(message: JsonObject): boolean {
  const calls = message['tool_calls']
  return (Array.isArray(calls) && calls.length > 0) || Boolean(message['function_call'])
}

function decodeToolOutput(
  message: JsonObject,
  param: string,
  customCalls: ReadonlySet<string>,
): FunctionCallOutputItem {
  const content = message['content']
  const callId = readNonEmptyString(message['tool_call_id'], `${param}.tool_call_id`)
  return {
    type: 'function_call_output',
    call_id: callId,
    ...(customCalls.has(callId) ? { custom: true } : {}),
    ...cacheControlField(message, param),
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
