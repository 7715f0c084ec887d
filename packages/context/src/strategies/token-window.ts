import { type HistoryRule, newestGroups } from './history-rule.ts'

/** `spec.history` of a ContextStrategy whose mode is TokenWindow. */
export interface TokenWindowSettings {
  readonly mode: 'TokenWindow'
  /** Length above which the history is cut. */
  readonly highTokens: number
  /** Length to which it is cut; well below `highTokens`, so that cuts are rare. */
  readonly lowTokens: number
}

/**
 * Sends the newest turns that fit a number of tokens. Between cuts the window only grows, from the
 * low mark to the high one, which prompt caches and signed reasoning need.
 */
export const tokenWindow: HistoryRule<TokenWindowSettings> = {
  mode: 'TokenWindow',
  key: ({ highTokens, lowTokens }) => `TokenWindow/${highTokens}/${lowTokens}`,
  reach: ({ highTokens }) => [{ tokens: highTokens }],
  select(settings, state) {
    const { atMost, epochFrom, startsAnew, tokens } = state
    const { highTokens } = settings
    const from = startsAnew ? 0 : epochFrom
    const length = tokens(from)
    const isUnsure = atMost > 1 && length * atMost > highTokens
    const stays = isUnsure || length <= highTokens
    return {
      from: stays ? from : newestGroups(settings, state, from),
      rule: 'history.tokenWindow',
      keptReason: 'within_window',
      droppedReason: 'outside_window',
      isUnsure,
    }
  },
}
