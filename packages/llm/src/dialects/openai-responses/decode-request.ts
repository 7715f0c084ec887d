import type { JsonObject } from '@fairlead/base'
import type { ChatInput, DecodeOptions } from '../../operations/chat/chat-format.ts'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import {
  invalidField,
  isGiven,
  missingField,
  readBoolean,
  readModelName,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import { canonicalFields } from './decided-fields.ts'
import { decodeInputField } from './decode-items.ts'
import { dialectName } from './dialect-name.ts'
import { decodeSettings } from './settings.ts'
import { decodeTextFormat } from './text-format.ts'
import { decodeToolChoice, decodeTools } from './tools.ts'

/** Reads the body of `POST /v1/responses`. Unknown fields are kept, invalid ones rejected. */
export function decodeRequest(value: unknown, options: DecodeOptions = {}): ModelRequest {
  const body = readObject(value, 'body')
  const model = readModelName(body['model'], 'model')
  const { items, tools } = decodeInput(body, options)
  const { settings, extras } = decodeSettings(body)
  const choice = readOptional(body['tool_choice'], 'tool_choice', decodeToolChoice)
  const parallelToolCalls = readOptional(
    body['parallel_tool_calls'],
    'parallel_tool_calls',
    readBoolean,
  )
  const text = readOptional(body['text'], 'text', readObject)
  const responseFormat = readOptional(text?.['format'], 'text.format', decodeTextFormat)
  const isNativeChoice = isGiven(body['tool_choice']) && choice === undefined
  return {
    model,
    items,
    tools,
    ...choice,
    ...(parallelToolCalls === undefined ? {} : { parallelToolCalls }),
    settings,
    ...(responseFormat === undefined ? {} : { responseFormat }),
    stream: readOptional(body['stream'], 'stream', readBoolean) ?? false,
    includeUsage: true,
    extras: {
      ...otherFields(body),
      ...extras,
      ...(isNativeChoice ? { tool_choice: body['tool_choice'] } : {}),
    },
    extrasDialect: dialectName,
  }
}

/** Reads instructions, input and tools; the rest of the body is ignored. */
export function decodeInput(body: JsonObject, options: DecodeOptions = {}): ChatInput {
  requireInput(body, options)
  const { input, instructions } = body
  return {
    items: [
      ...decodeInstructions(instructions),
      ...(readOptional(input, 'input', decodeInputField) ?? []),
    ],
    tools: decodeTools(body),
  }
}

/** Throws for a body without input, unless its input comes from elsewhere. */
export function requireInput(body: JsonObject, options: DecodeOptions): void {
  const { input } = body
  if (options.messagesOptional === true || inputElsewhere.some((name) => isGiven(body[name]))) {
    return
  }
  if (!isGiven(input)) throw missingField('input', 'give a string or an array of items')
  if (Array.isArray(input) && input.length === 0) {
    throw invalidField('input', 'it is empty; give at least one item.')
  }
}

/** Fields that bring input of their own. */
const inputElsewhere = ['previous_response_id', 'conversation', 'prompt']

function decodeInstructions(value: unknown): Item[] {
  const text = readOptional(value, 'instructions', readString)
  if (text === undefined || text === '') return []
  return [{ type: 'message', role: 'system', content: [{ type: 'input_text', text }] }]
}

function otherFields(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).filter(([name, value]) => value !== null && !canonicalFields.has(name)),
  )
}
