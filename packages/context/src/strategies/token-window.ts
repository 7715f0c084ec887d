import type { HistoryRule, HistoryState } from './history-rule.ts'

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

/**
 * Index of the first of the newest groups that have `lowTokens` together. The newest stays also where
 * it alone passes the low mark, as long as the high one allows it.
 */
export function newestGroups(
  { highTokens, lowTokens }: Pick<TokenWindowSettings, 'highTokens' | 'lowTokens'>,
  { groups, tokens }: Pick<HistoryState, 'groups' | 'tokens'>,
  first: number,
): number {
  let from = groups.length
  let length = 0
  while (from > first) {
    length += tokens(from - 1, from)
    if (length > (from === groups.length ? highTokens : lowTokens)) break
    from -= 1
  }
  return from
}
