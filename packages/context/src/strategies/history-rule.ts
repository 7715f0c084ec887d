import type { TurnGroup } from '../turns/group-turns.ts'

/** What a rule decides from. Nothing else may influence it, so that a plan can be reproduced. */
interface HistoryState {
  /** Closed groups, oldest first. A group with open tool calls is not among them. */
  readonly groups: readonly TurnGroup[]
  /** Index of the first group in the current epoch. */
  readonly epochFrom: number
  /** Whether the current epoch cannot go on: it was started under other settings, or elsewhere. */
  readonly startsAnew: boolean
}

export interface HistorySelection {
  /** Index of the first group to send; `groups.length` sends none. */
  readonly from: number
  /** The settings field that decided, as plans name it. */
  readonly rule: string
  readonly keptReason: string
  readonly droppedReason: string
  /** Whether the model's window decided, and not the strategy. False when left out. */
  readonly isCut?: boolean
}

/**
 * Selects how much history a prompt includes, for one `spec.history.mode` of ContextStrategy. A
 * pure function. Within an epoch `from` must stay where it is, so that the prompt's prefix only
 * grows; a selection whose `from` differs from `epochFrom` starts a new epoch.
 */
export interface HistoryRule<Settings extends { readonly mode: string }> {
  readonly mode: Settings['mode']
  /** Identifies the settings: an epoch continues only under the same key. */
  key(settings: Settings): string
  /** The most closed groups that it ever selects; undefined for no limit. */
  groupsMax(settings: Settings): number | undefined
  select(settings: Settings, state: HistoryState): HistorySelection
}
