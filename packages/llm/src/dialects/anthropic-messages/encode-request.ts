import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { EncodeOptions } from '../../operations/chat/chat-format.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { dialectName } from './dialect-name.ts'
import { textBlocks } from './encode-content.ts'
import { encodeMessages } from './encode-messages.ts'
import { foreignExtras, webSearchTool } from './foreign-extras.ts'
import { encodeJsonAnswer } from './json-answer.ts'
import { modelFeatures, type ModelFeatures } from './model-features.ts'
import { encodeServiceTier } from './service-tier.ts'
import { encodeThinking } from './thinking.ts'
import { encodeTools } from './tools.ts'

/**
 * Writes the body of `POST /v1/messages`. Settings that the API does not have (`seed`, penalties)
 * are dropped; `temperature` is clamped to the API's 0…1, and `top_p` is dropped if both are given;
 * sampling is left out where the model rejects it. For thinking, JSON answers and tools see their
 * files.
 */
export function encodeRequest(request: ModelRequest, options: EncodeOptions = {}): JsonObject {
  const own = (request.extrasDialect ?? dialectName) === dialectName
  const extras = own ? request.extras : foreignExtras(request.extras)
  const features = modelFeatures(request.model)
  const { system, messages } = encodeMessages(request.items, features)
  const answer = encodeJsonAnswer(request.responseFormat, features, own)
  const { effort, ...bounds } = encodeThinking(request, {
    features,
    given: objectOrEmpty(extras['thinking']),
    own,
    forcesTool: answer.tool !== undefined,
    declared: options.maxOutputTokens,
  })
  const search = own ? undefined : webSearchTool(request.extras, features.webSearch)
  const thinkingOn = bounds.thinking !== undefined && bounds.thinking['type'] !== 'disabled'
  if (answer.instruction !== undefined) system.push(...textBlocks(answer.instruction))
  const { format: _, ...ownOutputConfig } = objectOrEmpty(extras['output_config'])
  const outputConfig = {
    ...(effort === undefined ? {} : { effort }),
    ...ownOutputConfig,
    ...(answer.format === undefined ? {} : { format: answer.format }),
  }
  const { thinking: _thinking, ...otherExtras } = extras
  const body: Record<string, unknown> = {
    model: request.model,
    ...otherExtras,
    ...bounds,
    cache_control: request.cacheControl ?? extras['cache_control'],
    system: encodeSystem(system),
    messages,
    ...encodeTools(request, answer, features, search === undefined ? [] : [search]),
    ...encodeSampling(request, features, thinkingOn),
    stop_sequences: request.settings.stop?.filter((sequence) => sequence.trim() !== ''),
    output_config: Object.keys(outputConfig).length === 0 ? undefined : outputConfig,
    metadata: encodeMetadata(request, extras),
    service_tier: encodeServiceTier(request.settings.serviceTier),
    stream: request.stream ? true : undefined,
  }
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined && value !== null),
  )
}

/** https://platform.claude.com/docs/en/api/messages/create: only the end user's id has a place. */
function encodeMetadata({ settings }: ModelRequest, extras: JsonObject): unknown {
  const user = settings.user ?? settings.safetyIdentifier
  return user === undefined
    ? extras['metadata']
    : { ...objectOrEmpty(extras['metadata']), user_id: user }
}

function encodeSystem(blocks: readonly JsonObject[]): unknown {
  const [only] = blocks
  if (only === undefined) return undefined
  const isPlain = blocks.length === 1 && Object.keys(only).length === 2
  return isPlain ? only['text'] : blocks
}

function encodeSampling(
  request: ModelRequest,
  features: ModelFeatures,
  thinkingOn: boolean,
): JsonObject {
  const { temperature, topP, topK } = request.settings
  if (!features.sampling || thinkingOn) return {}
  if (temperature === undefined) return { top_p: topP, top_k: topK }
  return { temperature: Math.min(1, Math.max(0, temperature)), top_k: topK }
}
