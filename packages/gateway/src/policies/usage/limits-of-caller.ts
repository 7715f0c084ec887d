import type { CounterView, Measure } from '@fairlead/usage'
import type { Caller } from '../../access/caller.ts'
import { type CallerLimit, type CallerLimits, callerLimitsMax } from '../../call/caller-limits.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { GatewayCounters } from './gateway-counters.ts'
import type { PolicyIndexer } from './policy-index.ts'
import type { LimitCounter } from './prepared-limit.ts'
import type { PreparedPolicy } from './prepared-policy.ts'
import { shownAmount } from './shown-amount.ts'

const measures: Readonly<Record<Measure, CallerLimit['measure']>> = {
  Requests: 'requests',
  TotalTokens: 'total_tokens',
  InputTokens: 'input_tokens',
  OutputTokens: 'output_tokens',
  Nanodollars: 'cost_usd',
  Running: 'running_calls',
}

interface OwnCounter extends LimitCounter {
  readonly policy: PreparedPolicy
}

/** Reads the counters of a caller, of policies that need to know nothing of a call. */
export class LimitsOfCaller implements CallerLimits {
  readonly #indexer: PolicyIndexer
  readonly #counters: GatewayCounters

  constructor(indexer: PolicyIndexer, counters: GatewayCounters) {
    this.#indexer = indexer
    this.#counters = counters
  }

  async of(caller: Caller, runtime: Runtime): Promise<readonly CallerLimit[]> {
    const own = this.#ownCounters(caller, runtime)
    if (own.length === 0) return []
    const asked = own.map(({ counter }) => counter)
    const views = await this.#counters.of(runtime).view(asked)
    return own.flatMap((one, index) => {
      const view = views[index]
      return view === undefined ? [] : [shown(one, view)]
    })
  }

  #ownCounters(caller: Caller, { snapshot }: Runtime): readonly OwnCounter[] {
    const found: OwnCounter[] = []
    for (const policy of this.#indexer.of(snapshot).ofCaller(caller.consumer)) {
      if (policy.isShadow) continue
      for (const subject of policy.subjectsOfCaller?.(caller) ?? []) {
        for (const one of policy.counters.of(subject)) {
          if (found.length === callerLimitsMax) return found
          found.push({ ...one, policy })
        }
      }
    }
    return found
  }
}

function shown({ limit, policy, subject }: OwnCounter, view: CounterView): CallerLimit {
  const { amount, measure, name } = limit
  return {
    policy: policy.key,
    limit: name,
    subject,
    measure: measures[measure],
    used: shownAmount(measure, view.used),
    reserved: shownAmount(measure, view.reserved),
    amount: shownAmount(measure, amount),
    resetsAtMs: view.resetsAtMs,
  }
}
