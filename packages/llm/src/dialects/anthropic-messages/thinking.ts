import type { ReasoningItem } from '../../operations/chat/item.ts'
import { countOrZero, type JsonObject } from '@fairlead/base'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import {
  budgetOfEffort,
  effortOfBudget,
  thinkingBudgetMin,
} from '../../operations/chat/thinking-budget.ts'
import { inUnsealedToolLoop } from '../../operations/chat/unsealed-tool-loop.ts'
import { dialectName } from './dialect-name.ts'
import type { ModelFeatures } from './model-features.ts'

/** The least that thinking must leave of `max_tokens` for the answer itself. */
const answerTokensMin = 1024

/** `max_tokens` is required; this is sent if the caller sets no limit. Thinking comes on top. */
const maxTokensDefault = 4096

interface ThinkingFields {
  readonly max_tokens: number
  readonly thinking?: JsonObject
  readonly effort?: string
}

interface ThinkingOptions {
  readonly features: ModelFeatures
  /** The API's own `thinking` field, if the caller sent it. */
  readonly given: JsonObject
  /** Whether the caller speaks this dialect, and answers for `given` itself. */
  readonly own: boolean
  /** Whether the gateway forces a call, of the tool whose input is a JSON answer. */
  readonly forcesTool: boolean
  /** The longest answer of the model, as configured. */
  readonly declared: number | undefined
}

/**
 * Turns effort and budget into thinking. There is none if a call is forced, which the API rejects
 * together with thinking. With a budget there is also none inside a tool loop whose thinking blocks
 * are lost, because the API then requires them. What the caller sent in the API's own form is passed
 * on unchanged, unless it is the gateway that forces a call. Where the caller sets no limit, it is the
 * model's own, or leaves room for thinking beside an answer.
 */
export function encodeThinking(request: ModelRequest, options: ThinkingOptions): ThinkingFields {
  const { declared, features, forcesTool, given, own } = options
  const { maxOutputTokens: bound, reasoningEffort: effort, reasoningBudget } = request.settings
  const limitWith = (thinkingTokens: number) =>
    bound ??
    declared ??
    Math.max(
      maxTokensDefault,
      Math.min(maxTokensDefault + thinkingTokens, features.maxOutputTokens),
    )
  const callIsForced =
    forcesTool || request.toolChoice === 'required' || typeof request.toolChoice === 'object'
  const without = { max_tokens: limitWith(0) }
  if (Object.keys(given).length > 0) {
    const { type } = given
    const isOn = type !== 'disabled'
    if (isOn && (forcesTool || (callIsForced && !own))) return without
    const budget = countOrZero(given['budget_tokens'])
    const limit = bound ?? declared ?? maxTokensDefault + budget
    if (own || budget < limit) return { max_tokens: limit, thinking: given }
    return limit - answerTokensMin < thinkingBudgetMin
      ? without
      : { max_tokens: limit, thinking: { ...given, budget_tokens: limit - answerTokensMin } }
  }
  if (own && request.extrasDialect !== undefined) return { ...without, ...effortOf(effort) }
  if ((effort === undefined && reasoningBudget === undefined) || features.thinking === 'none') {
    return without
  }
  if (effort === 'none' || reasoningBudget === 0) {
    return features.thinking === 'adaptive'
      ? { ...without, thinking: { type: 'disabled' } }
      : without
  }
  const wanted = Math.max(thinkingBudgetMin, reasoningBudget ?? budgetOfEffort(effort ?? ''))
  if (features.thinking === 'adaptive') {
    return {
      max_tokens: limitWith(callIsForced ? 0 : wanted),
      ...(callIsForced
        ? {}
        : { thinking: { type: 'adaptive', display: displayOf(request) ?? 'summarized' } }),
      effort: adaptiveEffort(effort ?? effortOfBudget(wanted), features),
    }
  }
  const limit = limitWith(wanted)
  const budget = Math.min(wanted, limit - answerTokensMin)
  if (callIsForced || budget < thinkingBudgetMin || inUnsealedToolLoop(request.items, isSealed))
    return without
  const display = displayOf(request)
  return {
    max_tokens: limit,
    thinking: {
      type: 'enabled',
      budget_tokens: budget,
      ...(display === 'omitted' ? { display } : {}),
    },
  }
}

/** Effort alone asks for no thinking. */
function effortOf(effort: string | undefined): { readonly effort?: string } {
  return effort === undefined || effort === 'none' ? {} : { effort }
}

/** Whether thinking is to be told. */
function displayOf({ settings }: ModelRequest): 'summarized' | 'omitted' | undefined {
  const { reasoningSummary } = settings
  if (reasoningSummary === undefined) return undefined
  return reasoningSummary === 'none' ? 'omitted' : 'summarized'
}

function adaptiveEffort(effort: string, features: ModelFeatures): string {
  if (effort === 'minimal') return 'low'
  return effort === 'xhigh' && !features.xhighEffort ? 'max' : effort
}

/**
 * Whether a reasoning item can be sent back: the API rejects thinking without its own seal. Stored
 * items without a maker are of the time when no other dialect sealed anything.
 */
export function isSealed({
  encrypted_content: encrypted,
  maker,
  signature,
}: ReasoningItem): boolean {
  const seal = signature ?? encrypted
  return (maker ?? dialectName) === dialectName && seal !== undefined && seal !== ''
}
