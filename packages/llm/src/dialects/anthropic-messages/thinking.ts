import type { Item } from '../../operations/chat/item.ts'
import { countOrZero, type JsonObject } from '@fairlead/base'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import type { ModelFeatures } from './model-features.ts'

/** Tokens of thinking for each `reasoning_effort`, for models that take a budget. */
const thinkingBudgets: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_000,
  max: 32_000,
}

const budgetMin = 1024

/** The smallest room for the answer itself that thinking must leave within `max_tokens`. */
const answerTokensMin = 1024

/** `max_tokens` is required; this is sent for callers that set no bound. Thinking comes on top. */
const maxTokensDefault = 4096

interface ThinkingFields {
  readonly max_tokens: number
  readonly thinking?: JsonObject
  readonly effort?: string
}

/**
 * Turns `reasoning_effort` into thinking. There is none when a tool call is forced, which the API
 * refuses together with thinking. With a budget there is also none inside a tool loop whose thinking
 * blocks are gone (a caller of OpenAI chat cannot keep them), because the API then wants them back.
 * `told` is the API's own `thinking` field where the caller wrote that, and goes out as it is.
 */
export function encodeThinking(
  request: ModelRequest,
  features: ModelFeatures,
  told: JsonObject = {},
): ThinkingFields {
  const bound = request.settings.maxOutputTokens
  if (Object.keys(told).length > 0) {
    return {
      max_tokens: bound ?? maxTokensDefault + countOrZero(told['budget_tokens']),
      thinking: told,
    }
  }
  const maxTokens = bound ?? maxTokensDefault
  const effort = request.settings.reasoningEffort
  if (effort === undefined || features.thinking === 'none') return { max_tokens: maxTokens }
  if (effort === 'none') {
    return features.thinking === 'adaptive'
      ? { max_tokens: maxTokens, thinking: { type: 'disabled' } }
      : { max_tokens: maxTokens }
  }
  const forced = request.toolChoice === 'required' || typeof request.toolChoice === 'object'
  if (features.thinking === 'adaptive') {
    return {
      max_tokens: maxTokens,
      ...(forced ? {} : { thinking: { type: 'adaptive', display: 'summarized' } }),
      effort: adaptiveEffort(effort, features),
    }
  }
  const wanted = thinkingBudgets[effort] ?? budgetMin
  const budget = bound === undefined ? wanted : Math.min(wanted, bound - answerTokensMin)
  if (forced || budget < budgetMin || inUnsignedToolLoop(request.items)) {
    return { max_tokens: maxTokens }
  }
  return {
    max_tokens: bound ?? maxTokensDefault + budget,
    thinking: { type: 'enabled', budget_tokens: budget },
  }
}

function adaptiveEffort(effort: string, features: ModelFeatures): string {
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' && !features.xhighEffort ? 'max' : effort
}

function inUnsignedToolLoop(items: readonly Item[]): boolean {
  const lastUser = items.findLastIndex((item) => item.type === 'message' && item.role === 'user')
  const turn = items.slice(lastUser + 1)
  return (
    turn.some((item) => item.type === 'function_call') &&
    !turn.some((item) => item.type === 'reasoning' && isSealed(item))
  )
}

/** Whether a reasoning item can go back: the API refuses thinking without its seal. */
export function isSealed(item: Extract<Item, { type: 'reasoning' }>): boolean {
  return item.signature !== undefined || item.encrypted_content !== undefined
}

/** The effort that a thinking budget stands for, for upstreams that know efforts only. */
export function effortOfBudget(budgetTokens: number): string {
  if (budgetTokens <= 2048) return 'low'
  return budgetTokens <= 8192 ? 'medium' : 'high'
}
