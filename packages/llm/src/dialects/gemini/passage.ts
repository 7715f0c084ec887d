import { isJsonObject, type JsonObject, numberOrUndefined, objectOrEmpty } from '@fairlead/base'
import { cutSseFrames } from '../../framing/cut-sse-frames.ts'
import { formatSseEvent } from '../../framing/sse.ts'
import { spliceTopLevel } from '../../json/json-splice.ts'
import { isGiven, readModelName, readObject, readOptional } from '../../json/request-field.ts'
import type { DecodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelFeature } from '../../operations/chat/model-feature.ts'
import { mayHoldWrapped } from '../../operations/chat/sealed-text.ts'
import type { Passage, PassageEdit, SentFields } from '../passage.ts'
import { contentTexts, functionsOf, outline, partsOf, promptPrefix } from './body-outline.ts'
import { decidedFields } from './decided-fields.ts'
import { readContents } from './decode-request.ts'
import { answerFailure, encodeErrorBody } from './errors.ts'
import { createProgressWatch } from './progress.ts'
import { fieldOf } from './spelling.ts'
import { createStreamScanner, readUsage, scanUsage } from './usage-scan.ts'

/** Every tool of this dialect takes JSON. */
const noCustomTools: ReadonlySet<string> = new Set()

/** How a call passes through undecoded. The model stands in the path, so that few need an edit. */
export const passage: Passage = {
  decidedFields,
  lists: { messages: ['contents'], tools: ['tools'] },
  inspect,
  outline,
  promptPrefix,
  edit,
  requestHeaders: ['accept', 'traceparent', 'tracestate', 'baggage', 'x-goog-api-client'],
  answerHeaders: ['content-type', 'content-language', 'cache-control', 'server-timing'],
  isErrorBody: (body) =>
    isJsonObject(body) &&
    isJsonObject(body['error']) &&
    typeof body['error']['status'] === 'string',
  answerFailure,
  readUsage,
  scanUsage,
  cutFrames: cutSseFrames,
  createStreamScanner,
  createProgressWatch,
  errorFrame: (error) =>
    formatSseEvent({ event: '', data: JSON.stringify(encodeErrorBody(error)) }),
}

function inspect(body: JsonObject, options: DecodeOptions = {}): SentFields {
  const contents = readContents(body, options).map((content, index) =>
    readObject(content, `contents[${index}]`),
  )
  const config =
    readOptional(fieldOf(body, 'generationConfig'), 'generationConfig', readObject) ?? {}
  const field = (name: string) => fieldOf(config, name, 'generationConfig')
  const system = fieldOf(body, 'systemInstruction')
  fieldOf(body, 'toolConfig')
  const limit = field('maxOutputTokens')
  const tokens = numberOrUndefined(limit)
  const stream = options.stream ?? false
  return {
    model: readOptional(options.model ?? body['model'], 'model', readModelName),
    stream,
    includeUsage: true,
    context: body['context'] !== undefined,
    temperature: isGiven(field('temperature')),
    outputLimit: isGiven(limit),
    responseFormat: isGiven(field('responseMimeType')),
    customTools: noCustomTools,
    deprecatedTools: false,
    textLength: [system, ...contents].reduce<number>(
      (length, content) => contentTexts(content).reduce((sum, text) => sum + text.length, length),
      0,
    ),
    features: featuresOf(body, contents, { config, stream }),
    // A wrong number is the provider's to refuse.
    outputTokensMax: tokens !== undefined && tokens >= 0 ? tokens : undefined,
  }
}

function featuresOf(
  body: JsonObject,
  contents: readonly JsonObject[],
  { config, stream }: { readonly config: JsonObject; readonly stream: boolean },
): ReadonlySet<ModelFeature> {
  const features = new Set<ModelFeature>()
  const field = (name: string) => fieldOf(config, name, 'generationConfig')
  if (stream) features.add('Streaming')
  if (functionsOf(body).length > 0) features.add('Tools')
  if (isGiven(field('responseSchema')) || isGiven(field('responseJsonSchema'))) {
    features.add('StructuredOutput')
  }
  const thinking = objectOrEmpty(field('thinkingConfig'))
  const budget = fieldOf(thinking, 'thinkingBudget')
  if (
    isGiven(fieldOf(thinking, 'thinkingLevel')) ||
    (isGiven(budget) && numberOrUndefined(budget) !== 0)
  ) {
    features.add('Reasoning')
  }
  const modalities = field('responseModalities')
  if (Array.isArray(modalities) && modalities.includes('AUDIO')) features.add('Audio')
  for (const content of contents) {
    for (const part of partsOf(content)) {
      const media = objectOrEmpty(fieldOf(part, 'inlineData') ?? fieldOf(part, 'fileData'))
      const type = fieldOf(media, 'mimeType')
      if (typeof type !== 'string') continue
      if (type.startsWith('image/')) features.add('Vision')
      if (type.startsWith('audio/')) features.add('Audio')
    }
  }
  return features
}

function edit(
  body: Uint8Array,
  sent: SentFields,
  { edits, outline: bodyOutline }: PassageEdit,
): Uint8Array | undefined {
  const { itemsBefore, items, toolsBefore, tools, responseFormat } = edits
  const needsDecoding =
    [itemsBefore, items, toolsBefore, tools].some((each) => each !== undefined) ||
    (responseFormat !== undefined && !sent.responseFormat) ||
    (edits.temperature !== undefined && !sent.temperature) ||
    (edits.maxOutputTokens !== undefined && !sent.outputLimit) ||
    mayHoldWrapped(body)
  if (needsDecoding) return undefined
  return sent.context ? spliceTopLevel(body, { remove: ['context'] }, bodyOutline) : body
}
