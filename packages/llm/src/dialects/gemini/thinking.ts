import { isJsonObject, type JsonObject, numberOrUndefined } from '@fairlead/base'
import type { ModelRequest, ModelSettings } from '../../operations/chat/model-request.ts'
import type { ModelFeatures } from './model-features.ts'
import { dialectName } from './sealed-parts.ts'
import { fieldOf } from './spelling.ts'

/** Budgets as Google's OpenAI-compatible API sets them: https://ai.google.dev/gemini-api/docs/openai */
const budgets: ReadonlyMap<string, number> = new Map([
  ['none', 0],
  ['minimal', 1024],
  ['low', 1024],
  ['medium', 8192],
  ['high', 24_576],
  ['xhigh', 24_576],
  ['max', 24_576],
])

/** Means that the model chooses. */
const dynamicBudget = -1

type ThinkingSettings = Pick<
  ModelSettings,
  'reasoningEffort' | 'reasoningBudget' | 'reasoningSummary'
>

/** Reads `thinkingConfig`; a budget also gives the effort that it amounts to. */
export function decodeThinking(config: JsonObject): ThinkingSettings {
  const level = fieldOf(config, 'thinkingLevel', 'generationConfig.thinkingConfig')
  const budget = numberOrUndefined(
    fieldOf(config, 'thinkingBudget', 'generationConfig.thinkingConfig'),
  )
  const shown = fieldOf(config, 'includeThoughts', 'generationConfig.thinkingConfig')
  const named = typeof level === 'string' && level !== 'THINKING_LEVEL_UNSPECIFIED'
  return {
    ...(named ? { reasoningEffort: level.toLowerCase() } : {}),
    ...(budget !== undefined && !named && budget !== dynamicBudget
      ? { reasoningEffort: effortOfBudget(budget), reasoningBudget: budget }
      : {}),
    ...(shown === true ? { reasoningSummary: 'auto' } : {}),
    ...(shown === false ? { reasoningSummary: 'none' } : {}),
  }
}

function effortOfBudget(budget: number): string {
  if (budget === 0) return 'none'
  if (budget <= 2048) return 'low'
  return budget <= 12_288 ? 'medium' : 'high'
}

/**
 * Writes `thinkingConfig`. A budget and a level exclude each other. Thoughts are shown where the
 * caller wants them; one of another format, which has no word for that, wants them whenever it asks
 * for thinking.
 */
export function encodeThinking(
  request: ModelRequest,
  features: ModelFeatures,
  given: unknown,
): JsonObject | undefined {
  const { reasoningBudget, reasoningEffort, reasoningSummary } = request.settings
  const kept = isJsonObject(given) ? given : {}
  if (features.thinking === 'none') return undefined
  const isOwn = request.extrasDialect === dialectName
  const asksForThinking =
    (reasoningEffort !== undefined && reasoningEffort !== 'none') ||
    (reasoningBudget !== undefined && reasoningBudget !== 0)
  const shown =
    reasoningSummary === undefined ? !isOwn && asksForThinking : reasoningSummary !== 'none'
  const config = {
    ...kept,
    ...amountOf(reasoningEffort, reasoningBudget, features),
    ...(shown ? { includeThoughts: true } : {}),
    ...(reasoningSummary === 'none' ? { includeThoughts: false } : {}),
  }
  return Object.keys(config).length === 0 ? undefined : config
}

function amountOf(
  effort: string | undefined,
  budget: number | undefined,
  features: ModelFeatures,
): JsonObject {
  if (budget !== undefined) {
    return { thinkingBudget: Math.max(budget, features.thinkingBudgetMin) }
  }
  if (effort === undefined) return {}
  if (features.thinking === 'level')
    return { thinkingLevel: levelOf(effort, features).toUpperCase() }
  const wanted = budgets.get(effort) ?? dynamicBudget
  return {
    thinkingBudget:
      wanted === dynamicBudget ? wanted : Math.max(wanted, features.thinkingBudgetMin),
  }
}

/** The nearest level that the model knows; it cannot do without thinking. */
function levelOf(effort: string, { thinkingLevels }: ModelFeatures): string {
  if (thinkingLevels.includes(effort)) return effort
  const [least = 'low'] = thinkingLevels
  if (effort === 'none' || effort === 'minimal') return least
  return 'high'
}
