import { isJsonObject, type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { outlineMessages } from '../../classification/prompt-outline.ts'
import { cutSseFrames } from '../../framing/cut-sse-frames.ts'
import { spliceTopLevel } from '../../json/json-splice.ts'
import { isGiven, readModelName, readObject, readOptional } from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'
import { type ModelFeature, noteContentFeatures } from '../../operations/chat/model-feature.ts'
import { leadingText } from '../../operations/chat/prompt-prefix.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import { textLength } from '../../operations/chat/text-length.ts'
import type { Passage, PassageEdit, SentFields } from '../passage.ts'
import { decidedFields } from './decided-fields.ts'
import { isStream } from './decode-request.ts'
import { answerFailure, errorEvent } from './errors.ts'
import { createProgressWatch } from './progress.ts'
import { streamFrame } from './stream-frame.ts'
import { createStreamScanner, readUsage, scanUsage } from './usage-scan.ts'

/** Every tool of this dialect takes JSON. */
const noCustomTools: ReadonlySet<string> = new Set()

/** How calls pass through undecoded. Edits of messages or tools need the request decoded. */
export const passage: Passage = {
  decidedFields,
  lists: { messages: ['messages'], tools: ['tools'] },
  inspect,
  outline: ({ messages, tools }) => outlineMessages(messages, { tools }),
  promptPrefix,
  edit,
  requestHeaders: ['accept', 'traceparent', 'tracestate', 'baggage', 'x-client-name'],
  answerHeaders: ['content-type', 'content-language', 'cache-control', 'x-api-warning'],
  isErrorBody: (body) => isJsonObject(body) && typeof body['message'] === 'string',
  answerFailure,
  readUsage,
  scanUsage,
  cutFrames: cutSseFrames,
  createStreamScanner,
  createProgressWatch,
  errorFrame: (error) => streamFrame(errorEvent(error)),
}

function inspect(body: JsonObject, options: DecodeOptions = {}): SentFields {
  const contents = readMessages(body, options).map(
    (message, index) => readObject(message, `messages[${index}]`)['content'],
  )
  const stream = isStream(body)
  const limit = numberOrUndefined(body['max_tokens'])
  return {
    model: readOptional(body['model'], 'model', readModelName),
    stream,
    includeUsage: true,
    context: body['context'] !== undefined,
    temperature: isGiven(body['temperature']),
    outputLimit: isGiven(body['max_tokens']),
    responseFormat: isGiven(body['response_format']),
    customTools: noCustomTools,
    deprecatedTools: false,
    textLength: contents.reduce<number>((length, content) => length + textLength(content), 0),
    features: featuresOf(body, contents, stream),
    // A wrong number is the provider's to refuse.
    outputTokensMax: limit !== undefined && limit >= 0 ? limit : undefined,
  }
}

function featuresOf(
  body: JsonObject,
  contents: readonly unknown[],
  stream: boolean,
): ReadonlySet<ModelFeature> {
  const features = new Set<ModelFeature>()
  const { response_format: format, thinking, tools } = body
  if (stream) features.add('Streaming')
  if (Array.isArray(tools) && tools.length > 0) features.add('Tools')
  if (isJsonObject(objectOrEmpty(format)['json_schema'])) features.add('StructuredOutput')
  if (isJsonObject(thinking) && thinking['type'] !== 'disabled') features.add('Reasoning')
  for (const content of contents) noteContentFeatures(content, features)
  return features
}

function promptPrefix(body: JsonObject, lengthMax: number): string {
  const { messages, tools } = body
  const contents: unknown[] = []
  for (const message of Array.isArray(messages) ? messages : []) {
    const { content, role } = objectOrEmpty(message)
    contents.push(content)
    if (role !== 'system') break
  }
  return leadingText({ tools, contents }, lengthMax)
}

function edit(
  body: Uint8Array,
  sent: SentFields,
  { model, edits, outline }: PassageEdit,
): Uint8Array | undefined {
  const { itemsBefore, items, toolsBefore, tools, responseFormat } = edits
  const needsDecoding = [itemsBefore, items, toolsBefore, tools].some((each) => each !== undefined)
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
