import { expect, it } from 'vitest'
import { budgetWindow } from './budget-window.ts'

// LiteLLM docs/my-website/docs/proxy/budget_reset_and_tz.md: days, weeks and months end by the calendar.
it.each([
  ['1d', { calendar: 'Day' }],
  ['24h', { calendar: 'Day' }],
  ['7d', { calendar: 'Week' }],
  ['30d', { calendar: 'Month' }],
  ['1mo', { calendar: 'Month' }],
  ['10d', { every: '240h' }],
  ['90m', { every: '5400s' }],
  ['30s', { every: '30s' }],
])('%s is a window', (duration, window) => {
  expect(budgetWindow(duration)).toEqual({ window, isOther: false })
})

it.each([undefined, '2mo', '365d', 'often', '0s'])('%s holds for the year', (duration) => {
  expect(budgetWindow(duration)).toEqual({ window: { calendar: 'Year' }, isOther: true })
})
