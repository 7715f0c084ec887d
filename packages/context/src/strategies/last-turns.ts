import type { ContextStrategy } from './context-strategy.ts'

/**
 * Sends the last `turns` turns, counted without the new one. With `slackTurns` the window grows to
 * `turns + slackTurns` before it is cut back to `turns`: in between the prefix stays as it is, which
 * is what prompt caches and signed reasoning need.
 */
export function lastTurns(turns: number, slackTurns: number): ContextStrategy {
  return {
    key: `LastTurns/${turns}/${slackTurns}`,
    choose({ groups, epochFrom, settingsChanged }) {
      const start = Math.max(0, groups.length - turns)
      const fits = groups.length - epochFrom <= turns + slackTurns
      return {
        from: fits && !settingsChanged ? epochFrom : start,
        rule: 'history.lastTurns',
        keptReason: 'within_window',
        droppedReason: 'outside_window',
      }
    },
  }
}
