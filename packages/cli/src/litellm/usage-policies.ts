import type { UsagePolicy } from '@fairlead/api'
import type { ApplyOf } from '@fairlead/controller-runtime'
import { budgetWindow } from './budget-window.ts'
import type { ConfigSection } from './config-section.ts'
import { type Budget, budgetOf } from './budget.ts'
import type { Deployment } from './deployment.ts'
import { nameOf, UniqueNames } from './names.ts'
import type { ConvertedProvider } from './provider-book.ts'
import { type Settings, settingOf } from './provider-defaults.ts'

type UsageSpec = NonNullable<ApplyOf<UsagePolicy>['spec']>
type Limit = NonNullable<UsageSpec['limits']>[number]

/** A UsagePolicy that is made. */
export interface ConvertedUsagePolicy {
  readonly name: string
  readonly spec: UsageSpec
}

/** As many targets as a policy takes. */
const targetsMax = 16
const costMax = 9_000_000

/** What budgets and limits are read from. */
interface UsageParts {
  readonly settings: Settings
  readonly general: ConfigSection
  readonly gateway: string
  readonly deployments: readonly Deployment[]
  readonly providerOf: ReadonlyMap<Deployment, string>
  readonly providers: readonly ConvertedProvider[]
}

/** The budgets and limits of the whole proxy, of vendors, of deployments, of callers. */
export function usagePolicies(parts: UsageParts): readonly ConvertedUsagePolicy[] {
  const names = new UniqueNames()
  const drafts = [
    ...ofProxy(parts),
    ...ofCallers(parts),
    ...ofVendors(parts),
    ...ofDeployments(parts),
  ]
  return drafts.map(({ name, spec }) => ({ name: names.take(nameOf(name)), spec }))
}

function ofProxy({ settings, general, gateway }: UsageParts): readonly ConvertedUsagePolicy[] {
  const targetRefs = [{ kind: 'LLMGateway' as const, name: gateway }]
  const budget = budgetIn(settings, 'max_budget', 'budget_duration')
  const concurrency = general.count('global_max_parallel_requests')
  const limit = budget && costLimit(budget)
  return [
    ...(limit === undefined ? [] : [{ name: 'budget', spec: { targetRefs, limits: [limit] } }]),
    ...(concurrency === undefined
      ? []
      : [{ name: 'concurrency', spec: { targetRefs, concurrency } }]),
  ]
}

/** LiteLLM's defaults for users, customers and keys that its database holds. */
function ofCallers({ settings, gateway }: UsageParts): readonly ConvertedUsagePolicy[] {
  const targetRefs = [{ kind: 'LLMGateway' as const, name: gateway }]
  const users = settingOf(settings, 'default_internal_user_params')?.section()
  const keys = settingOf(settings, 'default_key_generate_params')?.section()
  const sources = [
    {
      name: 'end-users',
      per: 'EndUser',
      budget: budgetIn(settings, 'max_end_user_budget', undefined),
      section: undefined,
    },
    {
      name: 'users',
      per: 'Consumer',
      budget: budgetIn(settings, 'max_internal_user_budget', 'internal_user_budget_duration'),
      section: users,
    },
    { name: 'keys', per: 'Key', budget: undefined, section: keys },
  ]
  return sources.flatMap(({ name, per, budget, section }) => {
    const cost = costLimit(budget ?? (section && sectionBudget(section)))
    const limits = [...(cost === undefined ? [] : [cost]), ...rateLimits(section)]
    return limits.length === 0 ? [] : [{ name, spec: { targetRefs, per: [per], limits } }]
  })
}

function ofVendors({ settings, providers }: UsageParts): readonly ConvertedUsagePolicy[] {
  const entries = settingOf(settings, 'provider_budget_config')?.section().entries() ?? []
  return entries.flatMap(([vendor, value]) => {
    const section = value.section()
    const amount = section.take('budget_limit') ?? section.take('max_budget')
    const duration = section.text('time_period') ?? section.text('budget_duration')
    const limit = costLimit(budgetOf(amount, duration))
    const own = providers.filter((each) => each.vendor === vendor)
    if (limit === undefined) return []
    if (own.length === 0) {
      value.note('note', `no model of ${vendor} is called, so its budget is left out`)
      return []
    }
    if (own.length > targetsMax) {
      value.note(
        'lost',
        `a UsagePolicy has ${targetsMax} targets at most: those of ${own.length - targetsMax} providers are left out`,
      )
    }
    const targetRefs = own
      .slice(0, targetsMax)
      .map(({ name }) => ({ kind: 'LLMProvider' as const, name }))
    return [{ name: `budget-${vendor}`, spec: { targetRefs, limits: [limit] } }]
  })
}

function ofDeployments({ deployments, providerOf }: UsageParts): readonly ConvertedUsagePolicy[] {
  return deployments.flatMap((deployment) => {
    const limit = deployment.budget && costLimit(deployment.budget)
    const name = providerOf.get(deployment)
    if (limit === undefined || name === undefined) return []
    const targetRefs = [{ kind: 'LLMProvider' as const, name }]
    return [{ name: `budget-${name}`, spec: { targetRefs, limits: [limit] } }]
  })
}

function budgetIn(
  settings: Settings,
  key: string,
  durationKey: string | undefined,
): Budget | undefined {
  const value = settingOf(settings, key)
  const duration = durationKey === undefined ? undefined : settingOf(settings, durationKey)?.text()
  return budgetOf(value, duration)
}

function sectionBudget(section: ConfigSection): Budget | undefined {
  return budgetOf(section.take('max_budget'), section.text('budget_duration'))
}

/** Undefined for a budget that no limit can have. What has no price is free, as at LiteLLM. */
function costLimit(budget: Budget | undefined): Limit | undefined {
  if (budget === undefined) return undefined
  const { amount, duration, value } = budget
  if (Number(amount) > costMax || /^[0.]*$/.test(amount)) {
    value.note('lost', `a budget is more than 0 and at most ${costMax} dollars: it is left out`)
    return undefined
  }
  const { window, isOther } = budgetWindow(duration)
  if (isOther) {
    value.note(
      'changed',
      duration === undefined
        ? 'a budget that is never reset holds for each calendar year'
        : `a budget for ${duration} holds for each calendar year`,
    )
  }
  return { name: 'budget', cost: billable(amount), window, onUnpriced: 'Allow' }
}

/** Money is counted to a billionth of a dollar, and a budget is more than nothing. */
function billable(amount: string): string {
  const [whole = '0', fraction = ''] = amount.split('.')
  const kept = fraction.slice(0, 9).replace(/0+$/, '')
  if (kept !== '') return `${whole}.${kept}`
  return whole === '0' ? '0.000000001' : whole
}

function rateLimits(section: ConfigSection | undefined): readonly Limit[] {
  const requests = section?.count('rpm_limit')
  const tokens = section?.count('tpm_limit')
  const window = { every: '1m' }
  return [
    ...(requests === undefined ? [] : [{ name: 'requests', requests, window }]),
    ...(tokens === undefined ? [] : [{ name: 'tokens', tokens: { amount: tokens }, window }]),
  ]
}
