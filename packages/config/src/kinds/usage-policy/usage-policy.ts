import { UsagePolicy, type UsagePolicyLimit } from '@fairlead/api'
import type {
  OnExceeded,
  UsageLimit,
  UsagePolicySettings,
  UsageSubject,
  UsageWindow,
} from '@fairlead/snapshot'
import { checkTextExpression } from '../../judging/check-condition.ts'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { compilePolicyMatch } from '../../judging/policy-match.ts'
import { enforcedConditionType, narrowedTargets } from '../../judging/policy-attachment.ts'
import { compileTargets, policyTargetTypes } from '../../judging/policy-targets.ts'
import { identityOf, namespaceOf } from '../../values/resource-key.ts'

/** A target that cannot be resolved is left out; a policy without any holds nowhere. */
export const usagePolicy: KindCompiler<UsagePolicy, UsagePolicySettings> = {
  type: UsagePolicy,
  references: policyTargetTypes,
  conditionTypes: [enforcedConditionType],
  compile: compilePolicy,
  attachment: {
    references: ({ spec }) => spec.targetRefs,
    narrowed: narrowedTargets,
    isShadow: ({ mode }) => mode === 'Shadow',
  },
  contribute: (members) => ({ usagePolicies: members.map(({ settings }) => settings) }),
}

function compilePolicy(policy: UsagePolicy, findings: Findings): UsagePolicySettings {
  const { spec } = policy
  return {
    ...identityOf(policy),
    targets: compileTargets(spec.targetRefs, findings),
    match: compilePolicyMatch(spec.match, namespaceOf(policy), findings),
    per: spec.per.map((subject, index) => compileSubject(subject, `spec.per[${index}]`, findings)),
    limits: spec.limits.map((limit, index) =>
      compileLimit(limit, `spec.limits[${index}]`, findings),
    ),
    concurrency: spec.concurrency,
    mode: spec.mode,
    onExceeded: compileOnExceeded(policy, findings),
    onStoreFailure: spec.onStoreFailure,
    reservation: spec.reservation,
    charges: { replayed: spec.charges.replayed, refused: spec.charges.refused },
  }
}

const words = ['Consumer', 'Group', 'Key', 'EndUser', 'Model', 'Provider'] as const

function compileSubject(text: string, path: string, findings: Findings): UsageSubject {
  const by = words.find((word) => word === text)
  if (by !== undefined) return { by }
  const cel = text.slice('cel:'.length).trim()
  checkTextExpression(cel, path, findings)
  return { by: 'CEL', cel }
}

function compileLimit(limit: UsagePolicyLimit, path: string, findings: Findings): UsageLimit {
  return {
    name: limit.name,
    ...amountOf(limit, path, findings),
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
  return 0
}

function compileWindow(
  { every, calendar, timeZone }: UsagePolicyLimit['window'],
  path: string,
  findings: Findings,
): UsageWindow {
  if (calendar === undefined) {
    const everyMs = findings.duration(every ?? '', `${path}.every`)
    if (everyMs < 1000) findings.reject(`${path}.every: ${every} is shorter than 1s`)
    return { type: 'Sliding', everyMs }
  }
  const zone = timeZone ?? 'UTC'
  if (!isTimeZone(zone)) {
    findings.reject(`${path}.timeZone: ${JSON.stringify(zone)} is no IANA time zone`)
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

function compileOnExceeded({ spec }: UsagePolicy, findings: Findings): OnExceeded {
  const { action, maxWait, maxLength, model } = spec.onExceeded
  if (action === 'Queue') {
    const maxWaitMs = findings.duration(maxWait ?? '5s', 'spec.onExceeded.maxWait')
    return { action, maxWaitMs, maxLength: maxLength ?? 100 }
  }
  return action === 'Route' ? { action, model: model ?? '' } : { action: 'Reject' }
}
