import type { RoutingRule } from '@fairlead/api'
import type { ConfigSection } from './config-section.ts'
import { type Settings, settingOf } from './provider-defaults.ts'

/** Attempts after the first one that are made without saying so. */
const attemptsDefault = 2
const attemptsMax = 10

type Condition = NonNullable<RoutingRule['retry']>['conditions'][number]

/** LiteLLM's kinds of errors, and the failures here. */
const policies: readonly (readonly [key: string, conditions: readonly Condition[]])[] = [
  ['TimeoutErrorRetries', ['Timeout']],
  ['RateLimitErrorRetries', ['RateLimited']],
  ['InternalServerErrorRetries', ['ServerError', 'Connect']],
]

/** How often LiteLLM tries again, and after what. */
export interface RetrySettings {
  /** `spec.rules[].retry` of a group with so many targets; undefined: as without it. */
  forGroup(group: string, targets: number, own: number | undefined): RuleRetry | undefined
}

interface RuleRetry {
  readonly attempts?: number
  readonly conditions?: Condition[]
}

interface RetryPolicy {
  readonly retries: number
  readonly conditions: readonly Condition[]
}

/** Reads `num_retries`, `retry_policy` and `model_group_retry_policy`. */
export function readRetrySettings(settings: Settings, groups: ReadonlySet<string>): RetrySettings {
  const retries = settingOf(settings, 'num_retries')?.number()
  const policy = settingOf(settings, 'retry_policy')
  const everybody = policy === undefined ? undefined : readPolicy(policy.section())
  const byGroup = new Map(
    (settingOf(settings, 'model_group_retry_policy')?.section().entries() ?? []).map(
      ([group, value]) => {
        if (!groups.has(group)) {
          value.note('lost', `there is no model group ${JSON.stringify(group)}`)
        }
        return [group, readPolicy(value.section())]
      },
    ),
  )
  return {
    forGroup(group, targets, own) {
      const chosen = byGroup.get(group) ?? everybody
      const wanted = own ?? chosen?.retries ?? retries ?? attemptsDefault
      // Each fallback is asked, however few retries there are.
      const attempts = Math.min(Math.max(wanted, targets - 1, 0), attemptsMax)
      const isDefault = attempts === attemptsDefault
      if (isDefault && chosen === undefined) return undefined
      return {
        ...(isDefault ? {} : { attempts }),
        ...(chosen === undefined ? {} : { conditions: [...chosen.conditions] }),
      }
    },
  }
}

function readPolicy(section: ConfigSection): RetryPolicy {
  const counts = policies.map(([key, conditions]) => {
    const value = section.take(key)
    return { value, count: value?.number() ?? 0, conditions }
  })
  const retries = Math.max(...counts.map(({ count }) => count))
  for (const { value, count } of counts) {
    if (value !== undefined && count !== 0 && count !== retries) {
      value.note('changed', `all failures have the ${retries} attempts of the one that has most`)
    }
  }
  return {
    retries,
    conditions: counts.filter(({ count }) => count > 0).flatMap((each) => each.conditions),
  }
}
