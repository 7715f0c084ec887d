import type { UsagePolicyLimit } from '@fairlead/api'
import type { UsageLimit, UsageWindow } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

/** How refusals and counters name the limit of running calls. */
const runningLimit = 'concurrency'

/** What is to be done where a limit leaves nothing. */
export const refusesAll = 'refuses every call: use an AccessPolicy with action Deny'

/** One of `spec.limits`. */
export function compileLimit(
  limit: UsagePolicyLimit,
  path: string,
  findings: Findings,
): UsageLimit {
  if (limit.name === runningLimit) {
    findings.reject(
      `${path}.name: ${runningLimit} is the limit of running calls: choose another name`,
    )
  }
  const measured = amountOf(limit, path, findings)
  if (measured.amount === 0) {
    findings.reject(`${path}: a limit of 0 ${refusesAll}, or give a limit above 0`)
  }
  return {
    name: limit.name,
    ...measured,
    window: compileWindow(limit.window, `${path}.window`, findings),
    warnAt: [...new Set(limit.warnAt)].toSorted((left, right) => left - right),
    onUnpriced: limit.onUnpriced,
  }
}

function amountOf(
  { requests, tokens, cost }: UsagePolicyLimit,
  path: string,
  findings: Findings,
): Pick<UsageLimit, 'measure' | 'amount'> {
  if (requests !== undefined) return { measure: 'Requests', amount: requests }
  if (tokens !== undefined) return { measure: `${tokens.of}Tokens`, amount: tokens.amount }
  return { measure: 'Cost', amount: compileMoney(cost ?? '', `${path}.cost`, findings) }
}

/** Whole nanodollars: digits beyond the ninth, and more than nine million dollars, are refused. */
function compileMoney(dollars: string, path: string, findings: Findings): number {
  const [whole = '', fraction = ''] = dollars.split('.')
  const nanodollars = Number(`${whole}${fraction.slice(0, 9).padEnd(9, '0')}`)
  if (/^\d+$/.test(whole) && nanodollars <= 9e15 && !/[1-9]/.test(fraction.slice(9))) {
    return nanodollars
  }
  findings.reject(
    `${path}: ${JSON.stringify(dollars)} must be US dollars with at most nine decimals, at most 9000000`,
  )
  return Number.NaN
}

function compileWindow(
  { every, calendar, timeZone }: UsagePolicyLimit['window'],
  path: string,
  findings: Findings,
): UsageWindow {
  if (calendar === undefined) {
    const everyMs = findings.durationWithin(every ?? '', `${path}.every`, ['1s', '744h'])
    return { type: 'Sliding', everyMs }
  }
  const zone = timeZone ?? 'UTC'
  if (!isTimeZone(zone)) {
    findings.reject(
      `${path}.timeZone: ${JSON.stringify(zone)} is no IANA time zone such as Europe/Rome`,
    )
  }
  return { type: 'Calendar', period: calendar, timeZone: zone }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
