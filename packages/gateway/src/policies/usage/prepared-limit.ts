import type { UsageLimit, UsagePolicySettings } from '@fairlead/snapshot'
import type { Counter, Measure } from '@fairlead/usage'

/** A limit of a policy, as calls are counted by it. */
interface PreparedLimit extends Pick<UsageLimit, 'amount' | 'name' | 'onUnpriced' | 'warnAt'> {
  /** `policyNamespace/policyName/limit`: how refusals name it. */
  readonly label: string
  readonly measure: Measure
  /** Undefined for `Running`. */
  readonly window: Counter['window']
}

/** The counter of a limit for one subject. */
export interface LimitCounter {
  readonly counter: Counter
  readonly limit: PreparedLimit
  /** Whose it is, as shown; empty for all calls. */
  readonly subject: string
}

/** What limits concurrency is a limit of this name. */
const concurrencyName = 'concurrency'

/** The limits of a policy, its concurrency among them. `label` is what their labels begin with. */
export function preparedLimits(
  label: string,
  { limits, concurrency }: Pick<UsagePolicySettings, 'concurrency' | 'limits'>,
): readonly PreparedLimit[] {
  const prepared = limits.map(({ measure, ...limit }): PreparedLimit => ({
    ...limit,
    label: `${label}/${limit.name}`,
    measure: measure === 'Cost' ? 'Nanodollars' : measure,
  }))
  if (concurrency === undefined) return prepared
  const running: PreparedLimit = {
    name: concurrencyName,
    label: `${label}/${concurrencyName}`,
    measure: 'Running',
    amount: concurrency,
    window: undefined,
    warnAt: [],
    onUnpriced: 'Allow',
  }
  return [...prepared, running]
}

/** Subjects whose counters are kept ready, per policy. */
const subjectsMax = 1024

/** The counters of a policy's limits, made once for each subject that calls now. */
export class PolicyCounters {
  readonly #limits: readonly PreparedLimit[]
  readonly #bySubject = new Map<string, readonly LimitCounter[]>()

  constructor(limits: readonly PreparedLimit[]) {
    this.#limits = limits
  }

  /** One for each limit. */
  of(subject: string): readonly LimitCounter[] {
    const known = this.#bySubject.get(subject)
    if (known !== undefined) return known
    const made = this.#limits.map((limit): LimitCounter => {
      const { amount, measure, window } = limit
      const own = keyOf(limit)
      const key = subject === '' ? own : `${own}/${subject}`
      return { counter: { key, measure, limit: amount, window }, limit, subject }
    })
    if (this.#bySubject.size >= subjectsMax) this.#bySubject.clear()
    this.#bySubject.set(subject, made)
    return made
  }
}

/**
 * What the keys of its counters begin with: three parts, which no other limit has. A limit that
 * comes to count something else begins anew: tokens that were used are no requests.
 */
function keyOf({ label, measure }: PreparedLimit): string {
  return `${label.replace(/^LLMProvider\//, 'LLMProvider:')}:${measure}`
}
