import { historyRuleFor } from '../strategies/history-rule-for.ts'
import type { HistorySelection } from '../strategies/history-rule.ts'
import { historyRules } from '../strategies/strategies.ts'
import type { TokenCounts } from './count-tokens.ts'
import { epochRule } from './epoch-rule.ts'
import { groupTokens } from './group-tokens.ts'
import type { PromptSource } from './prompt-source.ts'
import type { History } from './read-history.ts'

type SelectionSource = Pick<PromptSource, 'continuesEpoch' | 'epoch' | 'request' | 'target'> & {
  readonly counts: Pick<TokenCounts, 'count' | 'atMost'>
}

/** Beside other settings, another branch and a larger window have the history chosen anew. */
export function selectHistory(
  { continuesEpoch, counts, epoch, request, target }: SelectionSource,
  { closed, epochFrom }: History,
): HistorySelection {
  const settings = request.strategy.history
  const rule = historyRuleFor(settings, historyRules)
  const { cut_for: cutFor = null } = epoch
  const hasMoreRoom = cutFor !== null && (target.window ?? Infinity) > cutFor
  const startsAnew = !continuesEpoch || hasMoreRoom || epoch.rule !== epochRule(request.strategy)
  const tokens = groupTokens(closed, target.model, counts.count)
  return rule.select(settings, {
    groups: closed,
    epochFrom,
    startsAnew,
    tokens,
    atMost: counts.atMost,
  })
}
