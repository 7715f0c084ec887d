import { isJsonObject, type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import {
  isGiven,
  readArray,
  readBoolean,
  readModelName,
  readObject,
  readOptional,
  wrongType,
} from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'
import { type ModelFeature, noteContentFeatures } from '../../operations/chat/model-feature.ts'
import { leadingText } from '../../operations/chat/prompt-prefix.ts'
import { textLength } from '../../operations/chat/text-length.ts'
import type { SentFields } from '../passage.ts'
import { readRole } from './decode-items.ts'
import { requireInput } from './decode-request.ts'
import { customToolNames, decodeTools } from './tools.ts'

/** Inspects a body of `POST /v1/responses` without decoding its input. */
export function inspectRequest(body: JsonObject, options: DecodeOptions = {}): SentFields {
  requireInput(body, options)
  const stream = readOptional(body['stream'], 'stream', readBoolean) ?? false
  const tools = decodeTools(body)
  const features = featuresOf(body, { stream, tools: tools.length > 0 })
  const limit = numberOrUndefined(body['max_output_tokens'])
  return {
    model: readOptional(body['model'], 'model', readModelName),
    stream,
    includeUsage: true,
    context: body['context'] !== undefined,
    temperature: isGiven(body['temperature']),
    outputLimit: isGiven(body['max_output_tokens']),
    responseFormat: isGiven(objectOrEmpty(body['text'])['format']),
    promptCacheKey: isGiven(body['prompt_cache_key']),
    customTools: customToolNames(tools),
    deprecatedTools: false,
    textLength: textLength(body['instructions']) + checkedTextLength(body['input'], features),
    features,
    // A wrong number is the provider's to refuse.
    outputTokensMax: limit !== undefined && limit >= 0 ? limit : undefined,
  }
}

/** The text of the instructions, the leading system messages and the first other message. */
export function promptPrefix(body: JsonObject, lengthMax: number): string {
  const { input, instructions, tools } = body
  const contents: unknown[] = isGiven(instructions) ? [instructions] : []
  if (typeof input === 'string') contents.push(input)
  for (const item of Array.isArray(input) ? input : []) {
    if (!isJsonObject(item)) break
    contents.push(item['content'])
    if (item['role'] !== 'system' && item['role'] !== 'developer') break
  }
  return leadingText({ tools, contents }, lengthMax)
}

/** The input as messages, for what looks at messages only. */
export function messagesOf({ input }: JsonObject): unknown {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : input
}

function featuresOf(
  body: JsonObject,
  { stream, tools }: { readonly stream: boolean; readonly tools: boolean },
): Set<ModelFeature> {
  const features = new Set<ModelFeature>()
  if (stream) features.add('Streaming')
  if (tools) features.add('Tools')
  const text = readOptional(body['text'], 'text', readObject)
  // JSON without a schema is what nearly every model can write.
  if (objectOrEmpty(text?.['format'])['type'] === 'json_schema') features.add('StructuredOutput')
  const reasoning = readOptional(body['reasoning'], 'reasoning', readObject)
  const effort = reasoning?.['effort']
  if (isGiven(effort) && effort !== 'none') features.add('Reasoning')
  return features
}

/**
 * The number of characters of text; notes what the content asks of the model. Throws for an item that
 * no provider of the dialect could read.
 */
function checkedTextLength(input: unknown, features: Set<ModelFeature>): number {
  if (!isGiven(input)) return 0
  if (typeof input === 'string') return input.length
  if (!Array.isArray(input)) throw wrongType('input', 'a string or an array of items', input)
  let length = 0
  for (const [index, item] of readArray(input, 'input').entries()) {
    if (!isJsonObject(item)) throw wrongType(`input[${index}]`, 'an object', item)
    const { content, output, role } = item
    if (role !== undefined) readRole(role, `input[${index}].role`)
    if (isGiven(content) && typeof content !== 'string' && !Array.isArray(content)) {
      throw wrongType(`input[${index}].content`, 'a string or an array of content parts', content)
    }
    length += textLength(content) + textLength(output)
    noteContentFeatures(content, features)
    noteContentFeatures(output, features)
  }
  return length
}
