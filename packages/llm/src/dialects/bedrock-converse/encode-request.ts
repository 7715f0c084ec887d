import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { EncodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { cachePoint } from './cache-point.ts'
import { dialectName } from './dialect-name.ts'
import { encodeMessages } from './encode-messages.ts'
import { encodeTools } from './encode-tools.ts'
import { filled, given } from './given.ts'
import { encodeJsonAnswer } from './json-answer.ts'
import { type ModelFeatures, modelFeatures } from './model-features.ts'
import { encodeThinking } from './thinking.ts'

/**
 * Writes the body of `/model/{model}/converse` and `/converse-stream`, of which the model stands in
 * the path. For thinking, JSON answers, tools and messages see their files.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
export function encodeRequest(request: ModelRequest, options: EncodeOptions = {}): JsonObject {
  const { settings } = request
  const isOwn = (request.extrasDialect ?? dialectName) === dialectName
  const extras = isOwn ? request.extras : {}
  const features = modelFeatures(request.model)
  const answer = encodeJsonAnswer(request.responseFormat, features)
  const thinking = encodeThinking(request, features)
  const { messages, system } = encodeMessages(request.items, { unsealed: isOwn })
  if (answer.instruction !== undefined) system.push({ text: answer.instruction })
  const end = messages.at(-1)?.content
  const isMarked = end?.at(-1)?.['cachePoint'] !== undefined
  if (request.cacheControl !== undefined && features.cachePoints && !isMarked) {
    end?.push(cachePoint(request.cacheControl))
  }
  const samples = features.sampling && thinking.withoutSampling !== true
  const stops = settings.stop?.filter((each) => each !== '')
  return given({
    ...extras,
    messages: features.system ? messages : withInstructions(system, messages),
    system: features.system && system.length > 0 ? system : undefined,
    inferenceConfig: filled({
      ...objectOrEmpty(extras['inferenceConfig']),
      maxTokens: settings.maxOutputTokens ?? thinking.maxTokens ?? options.maxOutputTokens,
      temperature: samples ? settings.temperature : undefined,
      topP: samples ? settings.topP : undefined,
      stopSequences: stops?.length === 0 ? undefined : stops,
    }),
    toolConfig: features.tools ? encodeTools(request, features, answer.tool) : undefined,
    outputConfig: filled({
      ...objectOrEmpty(extras['outputConfig']),
      textFormat: answer.format,
      effort: thinking.effort,
    }),
    additionalModelRequestFields: filled({
      ...thinking.additional,
      ...encodeTopK(samples ? settings.topK : undefined, features),
      ...objectOrEmpty(extras['additionalModelRequestFields']),
    }),
    requestMetadata: encodeMetadata(settings.metadata),
    serviceTier: encodeTier(settings.serviceTier),
  })
}

function encodeTopK(topK: number | undefined, { topK: field }: ModelFeatures): JsonObject {
  if (topK === undefined || field === undefined) return {}
  return field === 'inferenceConfig.topK' ? { inferenceConfig: { topK } } : { [field]: topK }
}

/** For models without a place for instructions. */
function withInstructions(
  system: readonly JsonObject[],
  messages: ReturnType<typeof encodeMessages>['messages'],
): ReturnType<typeof encodeMessages>['messages'] {
  const [first, ...rest] = messages
  if (system.length === 0 || first === undefined) return messages
  return [{ role: first.role, content: [...system, ...first.content] }, ...rest]
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#bedrock-runtime_Converse-request-requestMetadata */
const metadataMax = 16
const metadataText = /^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/

/** What Bedrock takes of it: few short texts, of which it refuses the whole call otherwise. */
function encodeMetadata(metadata: JsonObject | undefined): JsonObject | undefined {
  const taken = Object.entries(metadata ?? {}).filter(
    ([key, value]) =>
      key !== '' && metadataText.test(key) && typeof value === 'string' && metadataText.test(value),
  )
  return taken.length === 0 ? undefined : Object.fromEntries(taken.slice(0, metadataMax))
}

/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ServiceTier.html */
const tiers: ReadonlySet<string> = new Set(['default', 'flex', 'priority', 'reserved'])

function encodeTier(tier: string | undefined): JsonObject | undefined {
  return tier !== undefined && tiers.has(tier) ? { type: tier } : undefined
}
