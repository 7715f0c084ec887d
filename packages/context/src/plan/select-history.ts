import { historyRuleFor } from '../strategies/history-rule-for.ts'
import {
  type HistorySelection,
  type PlacedSummary,
  summaryShareMax,
} from '../strategies/history-rule.ts'
import { historyRules } from '../strategies/strategies.ts'
import type { EpochSummary } from '../turns/conversation.ts'
import { itemTokens, type TokenCounts } from './count-tokens.ts'
import { epochRule } from './epoch-rule.ts'
import { groupTokens } from './group-tokens.ts'
import type { PromptSource } from './prompt-source.ts'
import type { History } from './read-history.ts'
import { summaryItem } from './summary-item.ts'

type SelectionSource = Pick<
  PromptSource,
  'continuesEpoch' | 'epoch' | 'request' | 'startsAtRoot' | 'summaries' | 'target'
> & {
  readonly counts: Pick<TokenCounts, 'count' | 'atMost'>
}

/**
 * Beside other settings, another branch and a larger window have the history chosen anew. `overflows`:
 * what was chosen before is too long.
 */
export function selectHistory(
  source: SelectionSource,
  { closed, epochFrom }: History,
  { overflows = false } = {},
): HistorySelection {
  const { continuesEpoch, counts, epoch, request, startsAtRoot, summaries, target } = source
  const settings = request.strategy.history
  const { historyTokens: tokensMax = Infinity } = request.strategy
  const rule = historyRuleFor(settings, historyRules)
  const { cut_for: cutFor = null } = epoch
  const hasMoreRoom = cutFor !== null && (target.window ?? Infinity) > cutFor
  return rule.select(settings, {
    groups: closed,
    epochFrom,
    startsAnew: !continuesEpoch || hasMoreRoom || epoch.rule !== epochRule(request.strategy),
    tokens: groupTokens(closed, target.model, counts.count),
    summary: epoch.summary,
    summaries: placed(summaries, closed),
    summaryTokens: (summary) => itemTokens(summaryItem(summary), target.model, counts.count),
    tokensMax,
    summaryTokensMax: tokensMax * summaryShareMax,
    isWhole: startsAtRoot,
    mustShrink: overflows || cutFor !== null || epoch.is_shortened === true,
    atMost: counts.atMost,
  })
}

/** A summary that ends within a group would tear calls from their outputs. */
function placed(
  summaries: readonly EpochSummary[],
  closed: History['closed'],
): readonly PlacedSummary[] {
  if (summaries.length === 0) return []
  const ends = new Map(closed.map(({ turns }, index) => [turns.at(-1)?.id, index + 1]))
  return summaries.flatMap((summary) => {
    const from = ends.get(summary.to)
    return from === undefined ? [] : [{ summary, from }]
  })
}
