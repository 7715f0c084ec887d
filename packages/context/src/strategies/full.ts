import type { ContextStrategy } from './context-strategy.ts'

/** Sends everything. What an overflowing window cut away stays away. */
export const full: ContextStrategy = {
  key: 'Full',
  choose: ({ epochFrom, settingsChanged }) => ({
    from: settingsChanged ? 0 : epochFrom,
    rule: 'history.mode',
    keptReason: 'full_history',
    droppedReason: 'cut_by_earlier_overflow',
  }),
}
