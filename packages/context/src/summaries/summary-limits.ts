import { summaryShareMax } from '../strategies/history-rule.ts'
import type { SummarizeSettings } from '../strategies/summarize.ts'

/** A summary is begun at this share of the trigger, so that it is there when it is needed. */
const preparedAt = 0.85

/** A summary takes this share of the length that it is to bring a history to, within bounds. */
const summaryShare = 0.35
const summaryTokensMin = 64
const summaryTokensMost = 2000

/** A summary may pass the length that was asked for by this factor before it is made shorter. */
export const summaryTolerance = 1.25

/** What stands around a summary in a prompt, rather too much. */
const frameTokens = 48
/** A shorter summary is not worth a call. */
const summaryTokensLeast = 16

/**
 * The next summary covers turns of at least this share of what lies between trigger and target, so
 * that it does not follow the one before it at once where the turns that are kept are long.
 */
const growthShare = 0.25

/** How a history is summarised, in tokens. */
export interface SummaryLimits {
  /** Length at which the next summary is begun. */
  readonly preparedAt: number
  readonly triggerTokens: number
  readonly targetTokens: number
  /** The most that a summary may have. */
  readonly summaryTokens: number
  /** The fewest that the turns have that the next summary covers beside the one before it. */
  readonly freshTokens: number
  readonly keepLastTurns: number
}

/** What the history may have at most; Infinity for no limit. */
interface HistoryRoom {
  /** What the model's window leaves to it. */
  readonly windowTokens: number
  /** The strategy's budget for it. */
  readonly historyTokens: number
}

/**
 * Less room has a history summarised sooner, by a shorter summary; undefined where there is not even
 * room for that.
 */
export function summaryLimits(
  { keepLastTurns, targetTokens, triggerTokens }: SummarizeSettings,
  { historyTokens, windowTokens }: HistoryRoom,
): SummaryLimits | undefined {
  const trigger = Math.max(1, Math.min(triggerTokens, windowTokens, historyTokens))
  const target = Math.min(targetTokens, trigger * 0.75)
  const wanted = Math.max(
    summaryTokensMin,
    Math.min(summaryTokensMost, Math.ceil(target * summaryShare)),
  )
  const allowed = (historyTokens * summaryShareMax - frameTokens) / summaryTolerance
  const summaryTokens = Math.min(wanted, Math.floor(allowed))
  if (summaryTokens < summaryTokensLeast) return undefined
  return {
    preparedAt: trigger * preparedAt,
    triggerTokens: trigger,
    targetTokens: target,
    summaryTokens,
    freshTokens: (trigger - target) * growthShare,
    keepLastTurns,
  }
}

/**
 * How many of the oldest groups the next summary is to cover: those that leave no more than the target
 * when it is used, for until then the history grows up to the trigger. The newest may still go on and
 * stays. 0 where a summary would save nothing, or little. `sizes` are the tokens of the groups since the previous
 * summary, oldest first; `before` are those of that summary.
 */
export function groupsToSummarise(
  sizes: readonly number[],
  before: number,
  limits: SummaryLimits,
): number {
  const length = before + sizes.reduce((sum, size) => sum + size, 0)
  const growth = Math.max(0, limits.triggerTokens - length)
  const room = limits.targetTokens - limits.summaryTokens - growth
  const keptMin = Math.max(1, limits.keepLastTurns)
  let kept = 0
  let count = sizes.length
  while (count > 0) {
    kept += sizes[count - 1] ?? 0
    if (kept > room && sizes.length - count >= keptMin) break
    count -= 1
  }
  const fresh = sizes.slice(0, count).reduce((sum, size) => sum + size, 0)
  if (fresh < limits.freshTokens) return 0
  return before + fresh > limits.summaryTokens ? count : 0
}
