import { isJsonObject, type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { outlineMessages } from '../../classification/prompt-outline.ts'
import { cutJsonLines, jsonLine } from '../../framing/json-lines.ts'
import { spliceTopLevel } from '../../json/json-splice.ts'
import { isGiven, readModelName, readObject, readOptional } from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelFeature } from '../../operations/chat/model-feature.ts'
import { leadingText } from '../../operations/chat/prompt-prefix.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import { textLength } from '../../operations/chat/text-length.ts'
import type { Passage, PassageEdit, SentFields } from '../passage.ts'
import { chatForm, generateForm } from './answer-form.ts'
import { decidedFields } from './decided-fields.ts'
import { isOwnContext, isStream, readPrompt } from './decode-request.ts'
import { answerFailure, encodeErrorBody } from './errors.ts'
import { createProgressWatch } from './progress.ts'
import { createStreamScanner, readUsage, scanUsage } from './usage-scan.ts'

/** Every tool of this dialect takes JSON. */
const noCustomTools: ReadonlySet<string> = new Set()

type ReadContents = (body: JsonObject, options: DecodeOptions) => readonly JsonObject[]

/** Checks the messages of `/api/chat` as far as every call must be, and returns them. */
const chatContents: ReadContents = (body, options) =>
  readMessages(body, options).map((message, index) => readObject(message, `messages[${index}]`))

/** The prompt and system text of `/api/generate`, each as a message. */
const generateContents: ReadContents = (body, options) => [
  { content: body['system'] },
  { content: readPrompt(body, options), images: body['images'] },
]

export const chatPassage: Passage = passageOf(chatContents, {
  form: chatForm,
  outline: ({ messages, tools }) => outlineMessages(messages, { tools }),
})

export const generatePassage: Passage = passageOf(generateContents, {
  form: generateForm,
  outline: ({ prompt, system, images }) => ({
    ...outlineMessages([{ role: 'user', content: prompt }], { instructions: system }),
    hasImages: Array.isArray(images) && images.length > 0,
  }),
})

function passageOf(
  contents: ReadContents,
  { form, outline }: { readonly form: typeof chatForm; readonly outline: Passage['outline'] },
): Passage {
  return {
    decidedFields,
    isOwnContext,
    lists: { messages: ['messages'], tools: ['tools'] },
    inspect: (body, options = {}) => inspect(body, contents(body, options)),
    outline,
    promptPrefix: (body, lengthMax) => promptPrefix(body, contents, lengthMax),
    edit,
    requestHeaders: ['accept', 'traceparent', 'tracestate', 'baggage'],
    answerHeaders: ['content-type', 'content-language', 'cache-control'],
    isErrorBody: (body) => isJsonObject(body) && typeof body['error'] === 'string',
    answerFailure: (answer) => answerFailure(answer, form),
    readUsage,
    scanUsage,
    cutFrames: cutJsonLines,
    createStreamScanner,
    createProgressWatch: () => createProgressWatch(form),
    errorFrame: (error) => jsonLine(encodeErrorBody(error)),
  }
}

function inspect(body: JsonObject, messages: readonly JsonObject[]): SentFields {
  const options = objectOrEmpty(body['options'])
  const limit = numberOrUndefined(options['num_predict'])
  const stream = isStream(body)
  return {
    model: readOptional(body['model'], 'model', readModelName),
    stream,
    includeUsage: true,
    context: body['context'] !== undefined && !isOwnContext(body['context']),
    temperature: isGiven(options['temperature']),
    outputLimit: isGiven(options['num_predict']),
    responseFormat: isGiven(body['format']),
    customTools: noCustomTools,
    deprecatedTools: false,
    textLength: messages.reduce((length, { content }) => length + textLength(content), 0),
    features: featuresOf(body, messages, stream),
    outputTokensMax: limit !== undefined && limit >= 0 ? limit : undefined,
  }
}

function featuresOf(
  body: JsonObject,
  messages: readonly JsonObject[],
  stream: boolean,
): ReadonlySet<ModelFeature> {
  const features = new Set<ModelFeature>()
  const { tools, think, format } = body
  if (stream) features.add('Streaming')
  if (Array.isArray(tools) && tools.length > 0) features.add('Tools')
  if (isJsonObject(format)) features.add('StructuredOutput')
  if (isGiven(think) && think !== false) features.add('Reasoning')
  if (messages.some(({ images }) => Array.isArray(images) && images.length > 0)) {
    features.add('Vision')
  }
  return features
}

function promptPrefix(body: JsonObject, contents: ReadContents, lengthMax: number): string {
  const first: unknown[] = []
  for (const { role, content } of contents(body, { messagesOptional: true })) {
    first.push(content)
    if (role !== undefined && role !== 'system') break
  }
  return leadingText({ tools: body['tools'], contents: first }, lengthMax)
}

/** Only the model is replaced in place: all else stands together in `options` or in messages. */
function edit(
  body: Uint8Array,
  sent: SentFields,
  { model, edits, outline }: PassageEdit,
): Uint8Array | undefined {
  const { itemsBefore, items, toolsBefore, tools, responseFormat } = edits
  const needsDecoding =
    [itemsBefore, items, toolsBefore, tools].some((each) => each !== undefined) ||
    (responseFormat !== undefined && !sent.responseFormat) ||
    (edits.temperature !== undefined && !sent.temperature) ||
    (edits.maxOutputTokens !== undefined && !sent.outputLimit)
  if (needsDecoding) return undefined
  if (sent.model === model && !sent.context) return body
  const remove = sent.context ? ['context'] : []
  return spliceTopLevel(body, { set: { model: JSON.stringify(model) }, remove }, outline)
}
