import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
} from '@fairlead/base'
import { outlineMessages } from '../../classification/prompt-outline.ts'
import { cutJsonLines, jsonLine } from '../../framing/json-lines.ts'
import { spliceTopLevel } from '../../json/json-splice.ts'
import { isGiven, readModelName, readObject, readOptional } from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelFeature } from '../../operations/chat/model-feature.ts'
import { leadingText } from '../../operations/chat/prompt-prefix.ts'
import { readMessages } from '../../operations/chat/read-messages.ts'
import { textLength } from '../../operations/chat/text-length.ts'
import { mayHoldWrapped } from '../../operations/chat/sealed-text.ts'
import type { Passage, PassageEdit, SentFields } from '../passage.ts'
import { decidedFields } from './decided-fields.ts'
import { answerFailure, errorEvent } from './errors.ts'
import { createProgressWatch } from './progress.ts'
import { createStreamScanner, readUsage, scanUsage } from './usage-scan.ts'

/** Every tool of this dialect takes JSON. */
const noCustomTools: ReadonlySet<string> = new Set()

/**
 * How a request passes through undecoded. Its model stands in the path, and nearly all else in
 * objects of its own, so that an edit needs the request decoded.
 */
export const passage: Passage = {
  decidedFields,
  lists: { messages: ['messages'], tools: [] },
  inspect,
  outline: ({ messages, system, toolConfig }) => ({
    ...outlineMessages(messages, { instructions: system, tools: toolSpecs(toolConfig) }),
    hasImages: contentsOf(messages).some(hasImage),
  }),
  promptPrefix,
  edit,
  requestHeaders: ['accept', 'traceparent', 'tracestate', 'baggage'],
  answerHeaders: [
    'content-type',
    'content-language',
    'cache-control',
    'x-amzn-requestid',
    'x-amzn-errortype',
  ],
  requestIdHeader: 'x-amzn-requestid',
  isErrorBody: (body) => isJsonObject(body) && typeof body['message'] === 'string',
  answerFailure,
  readUsage,
  scanUsage,
  cutFrames: cutJsonLines,
  createStreamScanner,
  createProgressWatch,
  errorFrame: (error) => jsonLine(errorEvent(error)),
}

function inspect(body: JsonObject, options: DecodeOptions = {}): SentFields {
  const contents = readMessages(body, options).map(
    (message, index) => readObject(message, `messages[${index}]`)['content'],
  )
  const inference = objectOrEmpty(body['inferenceConfig'])
  const limit = numberOrUndefined(inference['maxTokens'])
  const stream = options.stream ?? false
  return {
    model: readOptional(options.model ?? body['model'], 'model', readModelName),
    stream,
    includeUsage: true,
    context: body['context'] !== undefined,
    temperature: isGiven(inference['temperature']),
    outputLimit: isGiven(inference['maxTokens']),
    responseFormat: isGiven(objectOrEmpty(body['outputConfig'])['textFormat']),
    customTools: noCustomTools,
    deprecatedTools: false,
    textLength: [body['system'], ...contents].reduce<number>(
      (length, content) => length + textLength(content),
      0,
    ),
    features: featuresOf(body, contents, stream),
    outputTokensMax: limit !== undefined && limit >= 0 ? limit : undefined,
  }
}

function featuresOf(
  body: JsonObject,
  contents: readonly unknown[],
  stream: boolean,
): ReadonlySet<ModelFeature> {
  const features = new Set<ModelFeature>()
  const output = objectOrEmpty(body['outputConfig'])
  const additional = objectOrEmpty(body['additionalModelRequestFields'])
  if (stream) features.add('Streaming')
  if (arrayOrEmpty(objectOrEmpty(body['toolConfig'])['tools']).length > 0) features.add('Tools')
  if (isGiven(output['textFormat'])) features.add('StructuredOutput')
  if (isGiven(output['effort']) || isGiven(additional['thinking'])) features.add('Reasoning')
  if (contents.some(hasImage)) features.add('Vision')
  if (contents.some((content) => hasBlock(content, 'audio'))) features.add('Audio')
  return features
}

function contentsOf(messages: unknown): readonly unknown[] {
  return arrayOrEmpty(messages).map((message) => objectOrEmpty(message)['content'])
}

/** Images in the results of tools count too. */
function hasImage(content: unknown): boolean {
  return (
    hasBlock(content, 'image') ||
    arrayOrEmpty(content).some((block) =>
      hasBlock(objectOrEmpty(objectOrEmpty(block)['toolResult'])['content'], 'image'),
    )
  )
}

function hasBlock(content: unknown, name: string): boolean {
  return arrayOrEmpty(content).some((block) => objectOrEmpty(block)[name] !== undefined)
}

function toolSpecs(toolConfig: unknown): readonly unknown[] {
  return arrayOrEmpty(objectOrEmpty(toolConfig)['tools']).flatMap((tool) => {
    const { toolSpec } = objectOrEmpty(tool)
    return toolSpec === undefined ? [] : [toolSpec]
  })
}

function promptPrefix(body: JsonObject, lengthMax: number): string {
  const { messages, system, toolConfig } = body
  const [first] = contentsOf(messages)
  return leadingText({ tools: toolSpecs(toolConfig), contents: [system, first] }, lengthMax)
}

function edit(
  body: Uint8Array,
  sent: SentFields,
  { edits, outline }: PassageEdit,
): Uint8Array | undefined {
  const { itemsBefore, items, toolsBefore, tools, responseFormat } = edits
  const needsDecoding =
    [itemsBefore, items, toolsBefore, tools].some((each) => each !== undefined) ||
    (responseFormat !== undefined && !sent.responseFormat) ||
    (edits.temperature !== undefined && !sent.temperature) ||
    (edits.maxOutputTokens !== undefined && !sent.outputLimit) ||
    mayHoldWrapped(body)
  if (needsDecoding) return undefined
  return sent.context ? spliceTopLevel(body, { remove: ['context'] }, outline) : body
}
