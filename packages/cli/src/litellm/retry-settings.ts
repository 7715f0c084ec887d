import type { RoutingRule } from '@fairlead/api'
import type { ConfigValue } from './config-section.ts'
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
  /** `spec.rules[].retry` of a group; undefined: as without it. */
  forGroup(group: RetriedGroup): RuleRetry | undefined
}

interface RetriedGroup {
  readonly name: string
  /** How many can answer, fallbacks included. */
  readonly targets: number
  /** Whether others answer where its own deployments fail. */
  readonly hasFallbacks: boolean
  /** What its deployments say. */
  readonly retries: number | undefined
}

interface RuleRetry {
  readonly attempts?: number
  readonly conditions?: Condition[]
}

interface RetryPolicy {
  /** Undefined: as often as after any other failure. */
  readonly kinds: readonly {
    readonly count: number | undefined
    readonly value: ConfigValue | undefined
    readonly conditions: readonly Condition[]
  }[]
}

/** Reads `num_retries`, `retry_policy` and `model_group_retry_policy`. */
export function readRetrySettings(settings: Settings, groups: ReadonlySet<string>): RetrySettings {
  const retries = settingOf(settings, 'num_retries')?.number()
  const policy = settingOf(settings, 'retry_policy')
  const everybody = policy && readPolicy(policy)
  const byGroup = new Map(
    (settingOf(settings, 'model_group_retry_policy')?.section().entries() ?? []).map(
      ([group, value]) => {
        if (!groups.has(group)) {
          value.note('lost', `there is no model group ${JSON.stringify(group)}`)
        }
        return [group, readPolicy(value)]
      },
    ),
  )
  return {
    forGroup(group) {
      const general = group.retries ?? retries ?? attemptsDefault
      const chosen = byGroup.get(group.name) ?? everybody
      const { wanted, conditions } =
        chosen === undefined
          ? { wanted: general, conditions: undefined }
          : limited(chosen, general, group)
      // Each fallback is asked, however few retries there are.
      const attempts = Math.min(Math.max(wanted, group.targets - 1, 0), attemptsMax)
      if (attempts === attemptsDefault && conditions === undefined) return undefined
      return {
        ...(attempts === attemptsDefault ? {} : { attempts }),
        ...(conditions === undefined ? {} : { conditions }),
      }
    },
  }
}

/**
 * The retries of a group under a policy. Its fallbacks are asked after every failure, so that only a
 * group without any can have fewer conditions.
 */
function limited(
  { kinds }: RetryPolicy,
  general: number,
  { hasFallbacks, name }: RetriedGroup,
): { readonly wanted: number; readonly conditions: Condition[] | undefined } {
  const counts = kinds.map(({ count = general }) => count)
  const wanted = Math.max(...counts)
  for (const { count, value } of kinds) {
    if (count === undefined || count === wanted || (count === 0 && !hasFallbacks)) continue
    value?.note(
      'changed',
      hasFallbacks && count === 0
        ? `${name} has fallbacks, which are asked after every failure: its own deployments are tried again after this one too`
        : `all failures have the ${wanted} attempts of the one that has most`,
    )
  }
  if (hasFallbacks || wanted === 0 || counts.every((count) => count > 0)) {
    return { wanted, conditions: undefined }
  }
  const conditions = kinds.flatMap((kind, index) =>
    (counts[index] ?? 0) > 0 ? kind.conditions : [],
  )
  return { wanted, conditions }
}

function readPolicy(place: ConfigValue): RetryPolicy {
  const section = place.section()
  const kinds = policies.map(([key, conditions]) => {
    const value = section.take(key)
    return { value, count: value?.number(), conditions }
  })
  return { kinds }
}
