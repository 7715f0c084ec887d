import type { JsonObject } from '@fairlead/base'
import { readBoolean, readModelName, readObject, readOptional } from '../../json/request-field.ts'
import type { ChatInput, DecodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { canonicalFields } from './decided-fields.ts'
import { decodePrompt } from './prompt.ts'
import { decodeSettings } from './settings.ts'

/** Reads the body of `POST /v1/completions`. Unknown fields are kept, invalid ones rejected. */
export function decodeRequest(value: unknown, options: DecodeOptions = {}): ModelRequest {
  const body = readObject(value, 'body')
  const streamOptions = readOptional(body['stream_options'], 'stream_options', readObject) ?? {}
  const includeUsage = readOptional(
    streamOptions['include_usage'],
    'stream_options.include_usage',
    readBoolean,
  )
  return {
    model: readModelName(body['model'], 'model'),
    ...decodeInput(body, options),
    settings: decodeSettings(body),
    stream: readOptional(body['stream'], 'stream', readBoolean) ?? false,
    includeUsage: includeUsage ?? false,
    extras: Object.fromEntries(
      Object.entries(body).filter(([name, extra]) => extra !== null && !canonicalFields.has(name)),
    ),
    extrasDialect: 'openai-completions',
  }
}

/** Reads the prompt; there are no tools. */
export function decodeInput(body: JsonObject, { messagesOptional }: DecodeOptions = {}): ChatInput {
  const isLeftOut = messagesOptional === true && body['prompt'] === undefined
  return { items: isLeftOut ? [] : decodePrompt(body), tools: [] }
}
