import type { HistoryRule } from './history-rule.ts'

/** Sends the whole history. What was cut because the window overflowed stays cut. */
export const full: HistoryRule<{ readonly mode: 'Full' }> = {
  mode: 'Full',
  key: () => 'Full',
  reach: () => [],
  select: (_settings, { epochFrom, startsAnew }) => ({
    from: startsAnew ? 0 : epochFrom,
    rule: 'history.mode',
    keptReason: 'full_history',
    droppedReason: 'cut_by_earlier_overflow',
  }),
}
