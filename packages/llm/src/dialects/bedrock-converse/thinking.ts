import type { JsonObject } from '@fairlead/base'
import type { ReasoningItem } from '../../operations/chat/item.ts'
import type { ModelRequest, ModelSettings } from '../../operations/chat/model-request.ts'
import { budgetOfEffort, thinkingBudgetMin } from '../../operations/chat/thinking-budget.ts'
import { inUnsealedToolLoop } from '../../operations/chat/unsealed-tool-loop.ts'
import { dialectName } from './dialect-name.ts'
import type { ModelFeatures } from './model-features.ts'

/** The least that thinking must leave of `maxTokens` for the answer itself. */
const answerTokensMin = 1024
/** Sent beside a budget where the caller sets no limit, on top of what is thought. */
const answerTokensDefault = 4096

/** What goes with an effort; without `display`, newer models do not tell what they think. */
export const adaptiveThinking = { type: 'adaptive', display: 'summarized' } as const

/** How thinking is asked for, and what has to give way to it. */
interface ThinkingFields {
  readonly additional?: JsonObject
  /** `outputConfig.effort`. */
  readonly effort?: string
  readonly maxTokens?: number
  /** Whether the model refuses settings of sampling beside it. */
  readonly withoutSampling?: true
}

/**
 * Turns effort and budget into the model's own way of thinking. There is none with a budget inside a
 * tool loop whose thinking is lost, because Claude then requires it, and none where the limit of the
 * answer leaves no room.
 */
export function encodeThinking(request: ModelRequest, features: ModelFeatures): ThinkingFields {
  const { settings, toolChoice } = request
  const forced = toolChoice === 'required' || typeof toolChoice === 'object'
  const effort = settings.reasoningEffort
  switch (features.thinking) {
    case 'None':
      return {}
    case 'Nova':
      return effort === undefined ? {} : novaThinking(effort, settings)
    case 'ClaudeEffort':
      if (effort === undefined) return {}
      if (effort === 'none') return { additional: { thinking: { type: 'disabled' } } }
      return {
        effort: effort === 'minimal' ? 'low' : effort,
        ...(forced
          ? {}
          : {
              additional: { thinking: adaptiveThinking },
              withoutSampling: true,
            }),
      }
    case 'ClaudeBudget':
      return forced || effort === 'none' ? {} : budgetThinking(request)
  }
}

function budgetThinking({ items, settings }: ModelRequest): ThinkingFields {
  const { maxOutputTokens: limit, reasoningBudget, reasoningEffort: effort } = settings
  const wanted = reasoningBudget ?? (effort === undefined ? undefined : budgetOfEffort(effort))
  if (wanted === undefined) return {}
  const budget = limit === undefined ? wanted : Math.min(wanted, limit - answerTokensMin)
  if (budget < thinkingBudgetMin || inUnsealedToolLoop(items, isOwnSeal)) return {}
  return {
    additional: { thinking: { type: 'enabled', budget_tokens: budget } },
    maxTokens: limit ?? budget + answerTokensDefault,
    withoutSampling: true,
  }
}

/**
 * The highest effort of Nova takes neither a limit nor settings of sampling, so that a limit makes it
 * the middle one: https://docs.aws.amazon.com/nova/latest/nova2-userguide/extended-thinking.html
 */
function novaThinking(effort: string, { maxOutputTokens }: ModelSettings): ThinkingFields {
  if (effort === 'none') return { additional: { reasoningConfig: { type: 'disabled' } } }
  const isLow = effort === 'minimal' || effort === 'low'
  const isHigh = !isLow && effort !== 'medium' && maxOutputTokens === undefined
  const maxReasoningEffort = isLow ? 'low' : isHigh ? 'high' : 'medium'
  return {
    additional: { reasoningConfig: { type: 'enabled', maxReasoningEffort } },
    ...(isHigh ? { withoutSampling: true } : {}),
  }
}

/** Whether Bedrock sealed it: what others sealed, it refuses. */
export function isOwnSeal({
  encrypted_content: encrypted,
  maker,
  signature,
}: ReasoningItem): boolean {
  return maker === dialectName && (signature !== undefined || encrypted !== undefined)
}
