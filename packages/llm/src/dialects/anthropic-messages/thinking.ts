import type { Item } from '../../operations/chat/item.ts'
import { countOrZero, type JsonObject } from '@fairlead/base'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import type { ModelFeatures } from './model-features.ts'

/** Thinking tokens for each `reasoning_effort`, for models that take a budget. */
const thinkingBudgets: Readonly<Record<string, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_000,
  max: 32_000,
}

const budgetMin = 1024

/** The least that thinking must leave of `max_tokens` for the answer itself. */
const answerTokensMin = 1024

/** `max_tokens` is required; this is sent if the caller sets no limit. Thinking comes on top. */
const maxTokensDefault = 4096

interface ThinkingFields {
  readonly max_tokens: number
  readonly thinking?: JsonObject
  readonly effort?: string
}

/**
 * Turns `reasoning_effort` into thinking. There is none if a tool call is forced, which the API
 * rejects together with thinking. With a budget there is also none inside a tool loop whose
 * thinking blocks are lost (a caller of OpenAI chat cannot keep them), because the API then
 * requires them. `given` is the API's own `thinking` field, if the caller sent it, and is passed on
 * unchanged. Where the caller sets no limit, it is `declared`, the model's own, or leaves room for
 * thinking beside an answer.
 */
export function encodeThinking(
  request: ModelRequest,
  features: ModelFeatures,
  given: JsonObject,
  declared: number | undefined,
): ThinkingFields {
  const bound = request.settings.maxOutputTokens
  const limitWith = (thinkingTokens: number) =>
    bound ??
    declared ??
    Math.max(
      maxTokensDefault,
      Math.min(maxTokensDefault + thinkingTokens, features.maxOutputTokens),
    )
  if (Object.keys(given).length > 0) {
    const budget = countOrZero(given['budget_tokens'])
    return { max_tokens: bound ?? declared ?? maxTokensDefault + budget, thinking: given }
  }
  const effort = request.settings.reasoningEffort
  if (effort === undefined || features.thinking === 'none') return { max_tokens: limitWith(0) }
  if (effort === 'none') {
    return features.thinking === 'adaptive'
      ? { max_tokens: limitWith(0), thinking: { type: 'disabled' } }
      : { max_tokens: limitWith(0) }
  }
  const wanted = thinkingBudgets[effort] ?? budgetMin
  const forced = request.toolChoice === 'required' || typeof request.toolChoice === 'object'
  if (features.thinking === 'adaptive') {
    return {
      max_tokens: limitWith(forced ? 0 : wanted),
      ...(forced ? {} : { thinking: { type: 'adaptive', display: 'summarized' } }),
      effort: adaptiveEffort(effort, features),
    }
  }
  const limit = limitWith(wanted)
  const budget = Math.min(wanted, limit - answerTokensMin)
  if (forced || budget < budgetMin || inUnsignedToolLoop(request.items)) {
    return { max_tokens: limitWith(0) }
  }
  return { max_tokens: limit, thinking: { type: 'enabled', budget_tokens: budget } }
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

/** Whether a reasoning item can be sent back: the API rejects thinking without its seal. */
export function isSealed(item: Extract<Item, { type: 'reasoning' }>): boolean {
  return item.signature !== undefined || item.encrypted_content !== undefined
}

/** The effort that corresponds to a thinking budget, for upstreams that know efforts only. */
export function effortOfBudget(budgetTokens: number): string {
  if (budgetTokens <= 2048) return 'low'
  return budgetTokens <= 8192 ? 'medium' : 'high'
}
