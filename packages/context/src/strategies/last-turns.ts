import type { HistoryRule } from './history-rule.ts'

/** `spec.history` of a ContextStrategy whose mode is LastTurns. */
export interface LastTurnsSettings {
  readonly mode: 'LastTurns'
  /** How many turns are sent, not counting the new one. */
  readonly turns: number
  /** How many more turns the window may grow by before it is cut back to `turns`. */
  readonly slackTurns: number
}

/**
 * Sends the last `turns` turns. Slack keeps the prompt's prefix stable between cuts, which prompt
 * caches and signed reasoning need.
 */
export const lastTurns: HistoryRule<LastTurnsSettings> = {
  mode: 'LastTurns',
  key: ({ turns, slackTurns }) => `LastTurns/${turns}/${slackTurns}`,
  reach: ({ turns, slackTurns }) => [{ groups: turns + slackTurns }],
  select({ turns, slackTurns }, { groups, epochFrom, startsAnew }) {
    const start = Math.max(0, groups.length - turns)
    const fits = groups.length - epochFrom <= turns + slackTurns
    return {
      from: fits && !startsAnew ? epochFrom : start,
      rule: 'history.lastTurns',
      keptReason: 'within_window',
      droppedReason: 'outside_window',
    }
  },
}
