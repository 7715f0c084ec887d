import { isJsonObject, type JsonObject } from '@fairlead/base'
import {
  isGiven,
  readBoolean,
  readNonEmptyString,
  readObject,
  readOptional,
  wrongType,
} from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import { textLength } from '../../operations/chat/text-length.ts'
import type { SentFields } from '../passage.ts'
import { readRole } from './message-role.ts'
import { customToolNames, decodeTools } from './tools.ts'

/** Inspects a body of `POST /v1/chat/completions` without decoding its messages. */
export function inspectRequest(body: JsonObject, options: DecodeOptions = {}): SentFields {
  const messages = readMessages(body, options)
  const streamOptions = readOptional(body['stream_options'], 'stream_options', readObject)
  const includeUsage = readOptional(
    streamOptions?.['include_usage'],
    'stream_options.include_usage',
    readBoolean,
  )
  return {
    model: readOptional(body['model'], 'model', readNonEmptyString),
    stream: readOptional(body['stream'], 'stream', readBoolean) ?? false,
    includeUsage: includeUsage ?? false,
    context: body['context'] !== undefined,
    temperature: isGiven(body['temperature']),
    outputLimit: isGiven(body['max_completion_tokens']) || isGiven(body['max_tokens']),
    responseFormat: body['response_format'] !== undefined,
    customTools: customToolNames(decodeTools(body)),
    deprecatedTools: isGiven(body['functions']),
    textLength: checkedTextLength(messages),
  }
}

/**
 * The number of characters of text. Throws for a message that no provider of the dialect could
 * read.
 */
function checkedTextLength(messages: readonly unknown[]): number {
  let length = 0
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index]
    if (!isJsonObject(message)) throw wrongType(`messages[${index}]`, 'an object', message)
    const { role, content } = message
    if (role !== undefined) readRole(role, `messages[${index}]`)
    if (isGiven(content) && typeof content !== 'string' && !Array.isArray(content)) {
      const param = `messages[${index}].content`
      throw wrongType(param, 'a string or an array of content parts', content)
    }
    length += textLength(content)
  }
  return length
}
