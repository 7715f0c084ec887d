import {
  arrayOrEmpty,
  countOrZero,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
} from '@fairlead/base'
import type { Usage } from '../../operations/chat/model-response.ts'

/**
 * Reads `usageMetadata` (https://ai.google.dev/api/generate-content#UsageMetadata). Thoughts are
 * reported beside the answer's tokens, and what tools put into the prompt beside the prompt's.
 */
export function decodeUsage(value: unknown): Usage | undefined {
  if (!isJsonObject(value) || !isUsage(value)) return undefined
  const reasoningTokens = countOrZero(value['thoughtsTokenCount'])
  const audioIn = tokensOf(value['promptTokensDetails'], 'AUDIO')
  const audioOut = tokensOf(value['candidatesTokensDetails'], 'AUDIO')
  return {
    inputTokens:
      countOrZero(value['promptTokenCount']) + countOrZero(value['toolUsePromptTokenCount']),
    cachedInputTokens: countOrZero(value['cachedContentTokenCount']),
    cacheWriteInputTokens: 0,
    outputTokens: countOrZero(value['candidatesTokenCount']) + reasoningTokens,
    reasoningTokens,
    ...(audioIn === 0 ? {} : { audioInputTokens: audioIn }),
    ...(audioOut === 0 ? {} : { audioOutputTokens: audioOut }),
  }
}

/** Early pieces of a stream may report nothing but the kind of traffic. */
export function isUsage(value: JsonObject): boolean {
  return numberOrUndefined(value['promptTokenCount'] ?? value['totalTokenCount']) !== undefined
}

function tokensOf(details: unknown, modality: string): number {
  return arrayOrEmpty(details)
    .filter(isJsonObject)
    .filter((each) => each['modality'] === modality)
    .reduce((sum, each) => sum + countOrZero(each['tokenCount']), 0)
}

export function encodeUsage(usage: Usage | undefined): JsonObject {
  const {
    inputTokens = 0,
    outputTokens = 0,
    cachedInputTokens = 0,
    reasoningTokens = 0,
    audioInputTokens,
    audioOutputTokens,
  } = usage ?? {}
  const answer = Math.max(0, outputTokens - reasoningTokens)
  return {
    promptTokenCount: inputTokens,
    ...(cachedInputTokens === 0 ? {} : { cachedContentTokenCount: cachedInputTokens }),
    candidatesTokenCount: answer,
    ...(reasoningTokens === 0 ? {} : { thoughtsTokenCount: reasoningTokens }),
    totalTokenCount: inputTokens + outputTokens,
    ...(audioInputTokens === undefined
      ? {}
      : { promptTokensDetails: byModality(inputTokens, audioInputTokens) }),
    ...(audioOutputTokens === undefined
      ? {}
      : { candidatesTokensDetails: byModality(answer, audioOutputTokens) }),
  }
}

function byModality(total: number, audio: number): JsonObject[] {
  return [
    { modality: 'TEXT', tokenCount: Math.max(0, total - audio) },
    { modality: 'AUDIO', tokenCount: audio },
  ]
}
