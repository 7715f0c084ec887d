import {
  type HistoryRule,
  type HistorySelection,
  type HistoryState,
  type PlacedSummary,
  newestGroups,
} from './history-rule.ts'

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

/** Until there is a summary, no more than so many times the trigger is sent of what it is to tell. */
const unsummarisedMost = 2

/**
 * Sends a summary of older turns and, word for word, those since. Summaries are made elsewhere: until
 * there is one, everything stays as it is, unless that is far too long. Between two summaries the
 * history only grows, which prompt caches and signed reasoning need.
 */
export const summarize: HistoryRule<SummarizeSettings> = {
  mode: 'Summarize',
  key: ({ keepLastTurns, targetTokens, triggerTokens }) =>
    `Summarize/${triggerTokens}/${targetTokens}/${keepLastTurns}`,
  reach: ({ keepLastTurns, triggerTokens }) => [
    { summaryBefore: keepLastTurns },
    { tokens: triggerTokens * unsummarisedMost },
  ],
  select(settings, state) {
    const wanted = wantedHistory(settings, state)
    return wanted.isUnsure === true ? wanted : bounded(wanted, triggerOf(settings, state), state)
  },
}

/** A smaller budget has the history summarised sooner. */
function triggerOf({ triggerTokens }: SummarizeSettings, { tokensMax }: HistoryState): number {
  return Math.min(triggerTokens, tokensMax)
}

function wantedHistory(settings: SummarizeSettings, state: HistoryState): HistorySelection {
  const { atMost, epochFrom, isWhole, mustShrink, startsAnew } = state
  const trigger = triggerOf(settings, state)
  const current = startsAnew ? undefined : state.summary
  const from = startsAnew ? 0 : epochFrom
  const length = lengthOf(current, from, state)
  const unchanged = selectionOf(current, from, false)
  // What stands before has not been read then.
  const isKnown = !startsAnew || isWhole
  if (isKnown) {
    if (!mustShrink && length * atMost <= trigger) return unchanged
    if (atMost > 1) return { ...unchanged, isUnsure: true }
    if (!mustShrink && length <= trigger) return unchanged
  }
  if (state.summaries.some(({ summary }) => mayTakeTooMuch(summary, state))) {
    return { ...unchanged, isUnsure: true }
  }
  const next = state.summaries.find((one) =>
    helps(one, { current, isKnown, length }, settings, state),
  )
  if (next === undefined) return selectionOf(current, from, true)
  const isShort = lengthOf(next.summary, next.from, state) <= trigger
  return selectionOf(next.summary, next.from, !isShort)
}

/** What no summary tells yet is left out where it is too long: that summary is still to be made. */
function bounded(
  selection: HistorySelection,
  trigger: number,
  state: HistoryState,
): HistorySelection {
  const { from, summary } = selection
  const told = summary === undefined ? 0 : state.summaryTokens(summary)
  const highTokens = trigger * unsummarisedMost - told
  const length = state.tokens(from)
  // The beginning may be that of a group of which only the end has been read.
  const isCut = state.startsAnew && !state.isWhole && summary === undefined
  if (!isCut && length * state.atMost <= highTokens) return selection
  if (state.atMost > 1) return { ...selection, isUnsure: true }
  if (!isCut && length <= highTokens) return selection
  const first = newestGroups({ highTokens, lowTokens: trigger - told }, state, from)
  return {
    ...selection,
    from: isCut ? Math.max(1, first) : first,
    needsSummary: true,
    isShortened: true,
    droppedReason: 'not_summarised_yet',
  }
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

/** Whether the figures are too rough to say that a summary leaves room enough to the turns. */
function mayTakeTooMuch(
  summary: PlacedSummary['summary'],
  { atMost, summaryTokens, summaryTokensMax: max }: HistoryState,
): boolean {
  const tokens = summaryTokens(summary)
  return tokens * atMost > max && tokens / atMost <= max && atMost > 1
}

/** No summary makes a prompt longer, but for what a window that was too small had cut. */
function helps(
  { from, summary }: PlacedSummary,
  { current, isKnown, length }: Present,
  settings: SummarizeSettings,
  state: HistoryState,
): boolean {
  if (state.groups.length - from < settings.keepLastTurns) return false
  if (state.summaryTokens(summary) > state.summaryTokensMax) return false
  if (current !== undefined && summary.to_seq <= current.to_seq) return false
  if (!isKnown) return true
  const total = lengthOf(summary, from, state)
  const isFurther = state.startsAnew || from > state.epochFrom
  return isFurther ? total < length : total <= triggerOf(settings, state)
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
