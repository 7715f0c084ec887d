import { isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { encodeContents } from './encode-contents.ts'
import { encodeJsonAnswer } from './json-answer.ts'
import { modelFeatures } from './model-features.ts'
import { dialectName } from './sealed-parts.ts'
import { defined } from './spelling.ts'
import { encodeThinking } from './thinking.ts'
import { encodeTools } from './encode-tools.ts'

/** https://ai.google.dev/api/generate-content#GenerationConfig */
const temperatureMax = 2
const stopSequencesMax = 5

/**
 * Writes the body of `models/{model}:generateContent`. Model and stream stand in its path. Settings
 * that the API does not have are dropped. For thinking, JSON answers and tools see their files.
 */
export function encodeRequest(request: ModelRequest): JsonObject {
  const isOwn = (request.extrasDialect ?? dialectName) === dialectName
  const extras = isOwn ? request.extras : {}
  const features = modelFeatures(request.model)
  const { system, contents } = encodeContents(request.items, features)
  const answer = encodeJsonAnswer(request, features)
  if (answer.instruction !== undefined) system.push({ text: answer.instruction })
  const config = {
    ...objectOrEmpty(extras['generationConfig']),
    ...encodeSettings(request),
    ...answer.config,
  }
  const thinking = encodeThinking(
    request,
    features,
    isJsonObject(extras['generationConfig']) ? extras['generationConfig']['thinkingConfig'] : {},
  )
  const generationConfig = defined({ ...config, thinkingConfig: thinking })
  return defined({
    ...extras,
    toolConfig: undefined,
    contents,
    systemInstruction: system.length === 0 ? undefined : { parts: system },
    ...encodeTools(request, features, extras),
    generationConfig: Object.keys(generationConfig).length === 0 ? undefined : generationConfig,
    serviceTier: tierOf(request.settings.serviceTier),
  })
}

function encodeSettings({ settings }: ModelRequest): JsonObject {
  const { temperature, stop, modalities, logprobs, topLogprobs } = settings
  const stops = stop?.filter((each) => each !== '').slice(0, stopSequencesMax)
  return defined({
    temperature:
      temperature === undefined ? undefined : Math.min(temperatureMax, Math.max(0, temperature)),
    topP: settings.topP,
    topK: settings.topK,
    maxOutputTokens: settings.maxOutputTokens,
    stopSequences: stops?.length === 0 ? undefined : stops,
    seed: settings.seed,
    presencePenalty: settings.presencePenalty,
    frequencyPenalty: settings.frequencyPenalty,
    candidateCount: settings.answers,
    responseLogprobs: logprobs,
    // The API refuses alternatives without the probabilities themselves.
    logprobs: logprobs === true ? topLogprobs : undefined,
    responseModalities: modalities?.map((each) => each.toUpperCase()),
  })
}

/** https://ai.google.dev/gemini-api/docs/flex-inference, …/priority-inference */
function tierOf(tier: string | undefined): string | undefined {
  if (tier === 'default') return 'standard'
  return tier === 'flex' || tier === 'priority' ? tier : undefined
}
