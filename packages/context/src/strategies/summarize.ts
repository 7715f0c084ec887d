import type { HistoryRule, HistorySelection, HistoryState, PlacedSummary } from './history-rule.ts'

/** `spec.history` of a ContextStrategy whose mode is Summarize. */
export interface SummarizeSettings {
  readonly mode: 'Summarize'
  /** Length above which older turns give way to their summary. */
  readonly triggerTokens: number
  /** Length of the history then, the summary included. */
  readonly targetTokens: number
  /** How many of the newest turns are never summarised. */
  readonly keepLastTurns: number
  /** The model that writes summaries; undefined for that of the conversation. */
  readonly model?: string | undefined
}

/**
 * Sends a summary of older turns and, word for word, those since. Summaries are made elsewhere: until
 * there is one, everything stays as it is. Between two summaries the history only grows, which prompt
 * caches and signed reasoning need.
 */
export const summarize: HistoryRule<SummarizeSettings> = {
  mode: 'Summarize',
  key: ({ keepLastTurns, targetTokens, triggerTokens }) =>
    `Summarize/${triggerTokens}/${targetTokens}/${keepLastTurns}`,
  reach: ({ keepLastTurns }) => ({ summaryBefore: keepLastTurns }),
  select(settings, state) {
    const { atMost, epochFrom, isWhole, mustShrink, startsAnew } = state
    const current = startsAnew ? undefined : state.summary
    const from = startsAnew ? 0 : epochFrom
    const length = lengthOf(current, from, state)
    const unchanged = selectionOf(current, from, false)
    // What a summary that was found stands for has not been read then.
    const isKnown = !startsAnew || isWhole || state.summaries.length === 0
    if (isKnown) {
      if (!mustShrink && length * atMost <= settings.triggerTokens) return unchanged
      if (atMost > 1) return { ...unchanged, isUnsure: true }
      if (!mustShrink && length <= settings.triggerTokens) return unchanged
    }
    const next = state.summaries.find((one) =>
      helps(one, { current, isKnown, length }, settings, state),
    )
    if (next === undefined) return selectionOf(current, from, true)
    const isShort = lengthOf(next.summary, next.from, state) <= settings.triggerTokens
    return selectionOf(next.summary, next.from, !isShort)
  },
}

function lengthOf(
  summary: HistoryState['summary'],
  from: number,
  { summaryTokens, tokens }: HistoryState,
): number {
  return (summary === undefined ? 0 : summaryTokens(summary)) + tokens(from)
}

interface Present {
  readonly current: HistoryState['summary']
  /** Whether `length` is that of everything. */
  readonly isKnown: boolean
  readonly length: number
}

/** No summary makes a prompt longer, but for what a window that was too small had cut. */
function helps(
  { from, summary }: PlacedSummary,
  { current, isKnown, length }: Present,
  { keepLastTurns, triggerTokens }: SummarizeSettings,
  state: HistoryState,
): boolean {
  if (state.groups.length - from < keepLastTurns) return false
  if (current !== undefined && summary.to_seq <= current.to_seq) return false
  if (!isKnown) return true
  const total = lengthOf(summary, from, state)
  const isFurther = state.startsAnew || from > state.epochFrom
  return isFurther ? total < length : total <= triggerTokens
}

function selectionOf(
  summary: HistoryState['summary'],
  from: number,
  needsSummary: boolean,
): HistorySelection {
  return {
    from,
    ...(summary === undefined ? {} : { summary }),
    needsSummary,
    rule: 'history.summarize',
    keptReason: summary === undefined ? 'full_history' : 'after_summary',
    droppedReason: 'cut_by_earlier_overflow',
  }
}
