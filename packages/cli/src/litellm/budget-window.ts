import type { UsagePolicyLimit } from '@fairlead/api'

/** As LiteLLM resets what lasts a day, a week or a month: by the calendar. */
const calendars: Readonly<Record<string, NonNullable<UsagePolicyLimit['window']['calendar']>>> = {
  '24h': 'Day',
  '1d': 'Day',
  '7d': 'Week',
  '1w': 'Week',
  '30d': 'Month',
  '1mo': 'Month',
}

const unitSeconds: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
}
const slidingSecondsMax = 744 * 3600

/** A window of a limit, and whether it is another one than was asked for. */
interface BudgetWindow {
  readonly window:
    { readonly every: string } | { readonly calendar: 'Day' | 'Week' | 'Month' | 'Year' | 'Hour' }
  readonly isOther: boolean
}

/** The window for a duration such as `1d`; the whole year for one that has none as long as it. */
export function budgetWindow(duration: string | undefined): BudgetWindow {
  const text = duration?.toLowerCase() ?? ''
  const calendar = Object.hasOwn(calendars, text) ? calendars[text] : undefined
  if (calendar !== undefined) return { window: { calendar }, isOther: false }
  const [, count = '', unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? []
  const seconds = Number(count) * (unitSeconds[unit] ?? 0)
  if (seconds < 1 || seconds > slidingSecondsMax) {
    return { window: { calendar: 'Year' }, isOther: true }
  }
  return {
    window: { every: seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds}s` },
    isOther: false,
  }
}
