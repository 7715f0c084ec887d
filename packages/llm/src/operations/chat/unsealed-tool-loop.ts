import type { Item, ReasoningItem } from './item.ts'
import type { ModelRequest } from './model-request.ts'

/**
 * Whether a model is to go on after tool calls, and none of the thinking before them can be given
 * back. `isOwnSeal` says whether a reasoning item can.
 */
export function inUnsealedToolLoop(
  items: readonly Item[],
  isOwnSeal: (item: ReasoningItem) => boolean,
): boolean {
  const lastUser = items.findLastIndex((item) => item.type === 'message' && item.role === 'user')
  const turn = items.slice(lastUser + 1)
  return (
    turn.some((item) => item.type === 'function_call') &&
    !turn.some((item) => item.type === 'reasoning' && isOwnSeal(item))
  )
}

/** The request without any wish for thinking among its settings. */
export function withoutThinkingSettings(request: ModelRequest): ModelRequest {
  const {
    reasoningEffort: _effort,
    reasoningBudget: _budget,
    reasoningSummary: _summary,
    ...settings
  } = request.settings
  return { ...request, settings }
}
