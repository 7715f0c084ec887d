import type { EpochSummary } from '../turns/conversation.ts'
import type { TurnGroup } from '../turns/group-turns.ts'

/** What a rule decides from. Nothing else may influence it, so that a plan can be reproduced. */
export interface HistoryState {
  /** Closed groups, oldest first. A group with open tool calls is not among them. */
  readonly groups: readonly TurnGroup[]
  /** Index of the first group in the current epoch. */
  readonly epochFrom: number
  /** Whether the current epoch cannot go on: it was started under other settings, or elsewhere. */
  readonly startsAnew: boolean
  /** Tokens of the groups from one index up to another, which is not among them; to the end when left out. */
  readonly tokens: (from: number, to?: number) => number
  /** The summary that the current epoch has in place of turns; undefined for none. */
  readonly summary: EpochSummary | undefined
  /** Summaries of the path that there are, newest first; each ends with a group. */
  readonly summaries: readonly PlacedSummary[]
  readonly summaryTokens: (summary: EpochSummary) => number
  /** The most that the history may have, its summary included; Infinity for no limit. */
  readonly tokensMax: number
  /** The most of it that a summary may have. */
  readonly summaryTokensMax: number
  /** Whether the first group is the first of the path. */
  readonly isWhole: boolean
  /** Whether what the epoch has is known not to fit, or did not and was cut. */
  readonly mustShrink: boolean
  /** By how much larger the true numbers can be at most; 1 for the best figures that there are. */
  readonly atMost: number
}

export interface PlacedSummary {
  readonly summary: EpochSummary
  /** Index of the first group that it does not cover. */
  readonly from: number
}

export interface HistorySelection {
  /** Index of the first group to send; `groups.length` sends none. */
  readonly from: number
  /** What stands in place of the groups before. None when left out. */
  readonly summary?: EpochSummary
  /** Whether a summary of more is wanted that there is not. Left out by rules that use none. */
  readonly needsSummary?: boolean
  /** The settings field that decided, as plans name it. */
  readonly rule: string
  readonly keptReason: string
  readonly droppedReason: string
  /** Whether the model's window decided, and not the strategy. False when left out. */
  readonly isCut?: boolean
  /** Whether it leaves out turns that no summary tells. False when left out. */
  readonly isShortened?: boolean
  /**
   * Whether the figures are too rough to decide, so that everything was left as it is: to be asked
   * again with better ones. False when left out.
   */
  readonly isUnsure?: boolean
}

/**
 * How much of the end of a path has all that a rule may select: so many closed groups or tokens, or all
 * since a summary that at least so many groups follow.
 */
export type HistoryReach =
  { readonly groups: number } | { readonly tokens: number } | { readonly summaryBefore: number }

/**
 * Selects how much history a prompt includes, for one `spec.history.mode` of ContextStrategy. A
 * pure function. Within an epoch `from` must stay where it is, so that the prompt's prefix only
 * grows; a selection whose `from` differs from `epochFrom` starts a new epoch.
 */
export interface HistoryRule<Settings extends { readonly mode: string }> {
  readonly mode: Settings['mode']
  /** Identifies the settings: an epoch continues only under the same key. */
  key(settings: Settings): string
  /** The most that it ever selects: any of these. None for no limit. */
  reach(settings: Settings): readonly HistoryReach[]
  select(settings: Settings, state: HistoryState): HistorySelection
}

/** A prompt has no summary that takes more than this share of what the history may have. */
export const summaryShareMax = 0.5

/**
 * Index of the first of the newest groups that have `lowTokens` together. The newest stays also where
 * it alone passes the low mark, as long as the high one allows it.
 */
export function newestGroups(
  { highTokens, lowTokens }: { readonly highTokens: number; readonly lowTokens: number },
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
