import type { SummarizeSettings } from '../strategies/summarize.ts'

/** A summary is begun at this share of the trigger, so that it is there when it is needed. */
const preparedAt = 0.85

/** A summary takes this share of the length that it is to bring a history to, within bounds. */
const summaryShare = 0.35
const summaryTokensMin = 64
const summaryTokensMost = 2000

/** How a history is summarised, in tokens. */
export interface SummaryLimits {
  /** Length at which the next summary is begun. */
  readonly preparedAt: number
  readonly triggerTokens: number
  readonly targetTokens: number
  /** The most that a summary may have. */
  readonly summaryTokens: number
  readonly keepLastTurns: number
}

/** `roomTokens` is what the window leaves to the history: a smaller window has it summarised sooner. */
export function summaryLimits(
  { keepLastTurns, targetTokens, triggerTokens }: SummarizeSettings,
  roomTokens: number,
): SummaryLimits {
  const trigger = Math.max(1, Math.min(triggerTokens, roomTokens))
  const target = Math.min(targetTokens, trigger * 0.75)
  const most = Math.min(summaryTokensMost, Math.ceil(target * summaryShare))
  return {
    preparedAt: trigger * preparedAt,
    triggerTokens: trigger,
    targetTokens: target,
    summaryTokens: Math.max(summaryTokensMin, most),
    keepLastTurns,
  }
}

/**
 * How many of the oldest groups the next summary is to cover: those that leave no more than the target
 * when it is used, for until then the history grows up to the trigger. The newest may still go on and
 * stays. 0 where a summary would save nothing. `sizes` are the tokens of the groups since the previous
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
  const covered = before + sizes.slice(0, count).reduce((sum, size) => sum + size, 0)
  return covered > limits.summaryTokens ? count : 0
}
