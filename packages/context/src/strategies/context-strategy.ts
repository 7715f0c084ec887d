import type { TurnGroup } from '../group-turns.ts'

/** What a strategy knows. A pure function of this, so that a plan can be made again. */
export interface HistoryState {
  /** Groups that ended, oldest first. The one whose tool calls are still open is not among them. */
  readonly groups: readonly TurnGroup[]
  /** Index of the first group that the running epoch holds. */
  readonly epochFrom: number
  /** Whether the running epoch was cut by other settings than these. */
  readonly settingsChanged: boolean
}

export interface HistoryChoice {
  /** Index of the first group that is sent; `groups.length` sends none. */
  readonly from: number
  /** The settings field that decides, as plans name it. */
  readonly rule: string
  readonly keptReason: string
  readonly droppedReason: string
}

/**
 * Chooses how much history a prompt holds. Within an epoch `from` stays where it is, so that the
 * prompt's prefix only grows; a choice with another `from` than `epochFrom` begins a new epoch.
 */
export interface ContextStrategy {
  /** Names the settings; the same text means that an epoch can go on. */
  readonly key: string
  choose(state: HistoryState): HistoryChoice
}
