import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import { outlineMessages } from '../../classification/prompt-outline.ts'
import { cutSseFrames } from '../../framing/cut-sse-frames.ts'
import { formatSseEvent } from '../../framing/sse.ts'
import { spliceTopLevel } from '../../json/json-splice.ts'
import {
  isGiven,
  readBoolean,
  readModelName,
  readObject,
  readOptional,
  wrongType,
} from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import { type ModelFeature, noteContentFeatures } from '../../operations/chat/model-feature.ts'
import { leadingText } from '../../operations/chat/prompt-prefix.ts'
import { textLength } from '../../operations/chat/text-length.ts'
import type { Passage, PassageEdit, SentFields } from '../passage.ts'
import { decidedFields } from './decided-fields.ts'
import { hasForeignSeal } from './decode-messages.ts'
import { decodeTools } from './decode-request.ts'
import { answerFailure, encodeErrorBody } from './errors.ts'
import { createProgressWatch } from './progress.ts'
import { anthropicRateLimits } from './rate-limits.ts'
import { readLimit } from './read-limit.ts'
import { readRole } from './read-role.ts'
import { createStreamScanner, readUsage, scanUsage } from './usage-scan.ts'

/** Every tool of this dialect takes JSON. */
const noCustomTools: ReadonlySet<string> = new Set()

/**
 * How a message passes through undecoded. Edits of messages or tools need the request decoded:
 * `system` and `messages` are written together.
 */
export const passage: Passage = {
  decidedFields,
  lists: { messages: ['messages'], tools: ['tools'] },
  inspect,
  outline: ({ system, messages, tools }) =>
    outlineMessages(messages, { instructions: system, tools }),
  promptPrefix,
  edit,
  requestHeaders: [
    'accept',
    'traceparent',
    'tracestate',
    'baggage',
    'anthropic-version',
    'anthropic-beta',
    'anthropic-user-profile-id',
  ],
  answerHeaders: [
    'content-type',
    'content-language',
    'cache-control',
    'request-id',
    'anthropic-organization-id',
    ...anthropicRateLimits.names,
  ],
  rateLimits: anthropicRateLimits,
  requestIdHeader: 'request-id',
  isErrorBody: (body) =>
    isJsonObject(body) && body['type'] === 'error' && isJsonObject(body['error']),
  answerFailure,
  readUsage,
  scanUsage,
  cutFrames: cutSseFrames,
  createStreamScanner,
  createProgressWatch,
  errorFrame: (error) =>
    formatSseEvent({ event: 'error', data: JSON.stringify(encodeErrorBody(error)) }),
}

function inspect(body: JsonObject, options: DecodeOptions = {}): SentFields {
  const messages = readMessages(body, options)
  const contents = messages.map((message, index) => contentOf(message, `messages[${index}]`))
  readLimit(body, options)
  decodeTools(body)
  const stream = readOptional(body['stream'], 'stream', readBoolean) ?? false
  const limit = numberOrUndefined(body['max_tokens'])
  return {
    model: readOptional(body['model'], 'model', readModelName),
    stream,
    includeUsage: true,
    context: body['context'] !== undefined,
    temperature: isGiven(body['temperature']),
    outputLimit: isGiven(body['max_tokens']),
    responseFormat: isGiven(body['output_format']) || isGiven(body['output_config']),
    customTools: noCustomTools,
    deprecatedTools: false,
    textLength: [body['system'], ...contents].reduce<number>(
      (length, content) => length + textLength(content),
      0,
    ),
    features: featuresOf(body, contents, stream),
    foreignSeals: contents.some(hasForeignSeal),
    // A wrong number is the provider's to refuse.
    outputTokensMax: limit !== undefined && limit >= 0 ? limit : undefined,
  }
}

/** The content of a message that a provider could read. */
function contentOf(value: unknown, param: string): unknown {
  const { content, role } = readObject(value, param)
  readRole(role, param)
  if (typeof content === 'string' || Array.isArray(content)) return content
  throw wrongType(`${param}.content`, 'a string or an array of blocks', content)
}

function featuresOf(
  body: JsonObject,
  contents: readonly unknown[],
  stream: boolean,
): ReadonlySet<ModelFeature> {
  const features = new Set<ModelFeature>()
  const { tools, thinking, output_format: format, output_config: config } = body
  if (stream) features.add('Streaming')
  if (Array.isArray(tools) && tools.length > 0) features.add('Tools')
  if (isGiven(format) || (isJsonObject(config) && isGiven(config['format']))) {
    features.add('StructuredOutput')
  }
  if (isJsonObject(thinking) && thinking['type'] !== 'disabled') features.add('Reasoning')
  for (const content of contents) noteContentFeatures(content, features)
  return features
}

function promptPrefix(body: JsonObject, lengthMax: number): string {
  const { messages, system, tools } = body
  const first: unknown = Array.isArray(messages) ? messages[0] : undefined
  const contents = [system, isJsonObject(first) ? first['content'] : undefined]
  return leadingText({ tools, contents }, lengthMax)
}

function edit(
  body: Uint8Array,
  sent: SentFields,
  { model, edits, outline }: PassageEdit,
): Uint8Array | undefined {
  const { itemsBefore, items, toolsBefore, tools, responseFormat } = edits
  const needsDecoding =
    sent.foreignSeals === true ||
    [itemsBefore, items, toolsBefore, tools].some((each) => each !== undefined)
  if (needsDecoding || (responseFormat !== undefined && !sent.responseFormat)) return undefined
  const set: Record<string, string> = {}
  if (sent.model !== model) set['model'] = JSON.stringify(model)
  if (edits.temperature !== undefined && !sent.temperature) {
    set['temperature'] = JSON.stringify(edits.temperature)
  }
  if (edits.maxOutputTokens !== undefined && !sent.outputLimit) {
    set['max_tokens'] = JSON.stringify(edits.maxOutputTokens)
  }
  if (!sent.context && Object.keys(set).length === 0) return body
  return spliceTopLevel(body, { set, remove: ['context'] }, outline)
}
