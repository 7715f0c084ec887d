import { historyRuleFor } from '../strategies/history-rule-for.ts'
import { historyRules } from '../strategies/strategies.ts'
import type { StrategyInput } from './strategy-input.ts'

/** What of a strategy decides where the history begins: under another one, an epoch does not go on. */
export function epochRule({
  history,
  historyTokens,
}: Pick<StrategyInput, 'history' | 'historyTokens'>): string {
  const key = historyRuleFor(history, historyRules).key(history)
  return historyTokens === undefined ? key : `${key}/budget/${historyTokens}`
}
