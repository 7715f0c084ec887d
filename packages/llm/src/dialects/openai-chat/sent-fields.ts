import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import {
  isGiven,
  readBoolean,
  readModelName,
  readObject,
  readOptional,
  wrongType,
} from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'
import { type ModelFeature, noteContentFeatures } from '../../operations/chat/model-feature.ts'
import { leadingText } from '../../operations/chat/prompt-prefix.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import { textLength } from '../../operations/chat/text-length.ts'
import type { SentFields } from '../passage.ts'
import { readRole } from './message-role.ts'
import { peculiaritiesOf } from './sent-peculiarities.ts'
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
  const { include_usage: _, ...otherOptions } = streamOptions ?? {}
  const stream = readOptional(body['stream'], 'stream', readBoolean) ?? false
  const tools = decodeTools(body)
  const features = featuresOf(body, { stream, tools: tools.length > 0 })
  return {
    model: readOptional(body['model'], 'model', readModelName),
    stream,
    includeUsage: includeUsage ?? false,
    ...(Object.keys(otherOptions).length === 0 ? {} : { streamOptions: otherOptions }),
    context: body['context'] !== undefined,
    temperature: isGiven(body['temperature']),
    outputLimit: isGiven(body['max_completion_tokens']) || isGiven(body['max_tokens']),
    responseFormat: body['response_format'] !== undefined,
    promptCacheKey: isGiven(body['prompt_cache_key']),
    customTools: customToolNames(tools),
    deprecatedTools: isGiven(body['functions']),
    textLength: checkedTextLength(messages, features),
    features,
    outputTokensMax: outputTokensMax(body),
    peculiarities: peculiaritiesOf(body, messages),
  }
}

/** The text of the leading system messages and of the first other message, after the tools' names. */
export function promptPrefix(body: JsonObject, lengthMax: number): string {
  const { messages, tools, functions } = body
  const contents: unknown[] = []
  for (const message of Array.isArray(messages) ? messages : []) {
    if (!isJsonObject(message)) break
    contents.push(message['content'])
    if (message['role'] !== 'system' && message['role'] !== 'developer') break
  }
  return leadingText({ tools: tools ?? functions, contents }, lengthMax)
}

function featuresOf(
  body: JsonObject,
  { stream, tools }: { readonly stream: boolean; readonly tools: boolean },
): Set<ModelFeature> {
  const features = new Set<ModelFeature>()
  if (stream) features.add('Streaming')
  if (tools) features.add('Tools')
  const { response_format: format, reasoning_effort: effort, modalities } = body
  // JSON without a schema is what nearly every model can write.
  if (isJsonObject(format) && format['type'] === 'json_schema') features.add('StructuredOutput')
  if (isGiven(effort) && effort !== 'none') features.add('Reasoning')
  if (Array.isArray(modalities) && modalities.includes('audio')) features.add('Audio')
  return features
}

/** A wrong number is the provider's to refuse. */
function outputTokensMax(body: JsonObject): number | undefined {
  const limit = numberOrUndefined(body['max_completion_tokens'] ?? body['max_tokens'])
  return limit !== undefined && limit >= 0 ? limit : undefined
}

/**
 * The number of characters of text; notes what the content asks of the model. Throws for a message that no provider of the dialect could
 * read.
 */
function checkedTextLength(messages: readonly unknown[], features: Set<ModelFeature>): number {
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
    noteContentFeatures(content, features)
  }
  return length
}
