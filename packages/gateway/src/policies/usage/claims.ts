import type { Claim, Measure } from '@fairlead/usage'
import type { CallRequest } from '../../call/call-request.ts'
import type { CallTarget } from '../../routing/call-target.ts'
import { costOf, costOfTokens } from './costs.ts'
import { type Demand, demandOf, tokensOf } from './demand.ts'
import type { LimitCounter } from './prepared-limit.ts'
import type { PreparedPolicy } from './prepared-policy.ts'
import type { SubjectSource } from './subjects.ts'

/** What a call wants of one limit, and which. */
export interface LimitClaim extends Omit<LimitCounter, 'counter'> {
  readonly policy: PreparedPolicy
  readonly claim: Claim
  /** What the call may use beyond its claim, as far as that is told; 0 for an exact claim. */
  readonly beyond: number
}

/** A call as its claims are worked out, at one or all of its targets. */
export interface ClaimSource extends SubjectSource {
  readonly request: CallRequest
  readonly targets: readonly CallTarget[]
  /** For the target; undefined before it is made. */
  readonly body: Uint8Array | undefined
  /** Nanodollars for a million tokens, for calls whose price is not known; undefined if none is. */
  readonly dearest: () => number | undefined
}

/** A limit of cost that a call cannot be counted by, because its price is not known. */
export interface UnpricedLimit {
  readonly policy: PreparedPolicy
  readonly label: string
}

interface CallClaims {
  readonly claims: readonly LimitClaim[]
  /** Limits that admit no call without a price, of policies that refuse. */
  readonly unpriced: readonly UnpricedLimit[]
}

/** What a call wants of all limits of policies; of one limit as often as it has subjects. */
export function claimsOf(policies: readonly PreparedPolicy[], source: ClaimSource): CallClaims {
  const claims: LimitClaim[] = []
  const unpriced: UnpricedLimit[] = []
  const amounts = new Amounts(source)
  for (const policy of policies) {
    const demand = policy.needsDemand ? amounts.of(policy) : undefined
    for (const subject of policy.subjects(source)) {
      for (const { counter, limit } of policy.counters.of(subject)) {
        const amount = amounts.amount(limit, demand)
        if (amount === 'Unpriced') {
          if (!policy.isShadow) unpriced.push({ policy, label: limit.label })
        } else if (amount > 0 || limit.measure !== 'Nanodollars') {
          claims.push({
            policy,
            limit,
            subject,
            claim: { counter, amount, shadow: policy.isShadow },
            beyond: policy.tellsExcess ? amounts.beyond(limit, amount) : 0,
          })
        }
      }
    }
  }
  return { claims, unpriced }
}

/** Works out what a call can use once, however many limits ask. */
class Amounts {
  readonly #source: ClaimSource
  readonly #demands: Partial<Record<PreparedPolicy['reservation'], Demand>> = {}

  constructor(source: ClaimSource) {
    this.#source = source
  }

  of({ reservation }: Pick<PreparedPolicy, 'reservation'>): Demand {
    const { body, request, targets } = this.#source
    return (this.#demands[reservation] ??= demandOf(request, targets, reservation, body))
  }

  /** What the call may use at the most beyond what is expected. */
  beyond(limit: LimitCounter['limit'], expected: number): number {
    if (isOfCalls(limit.measure)) return 0
    const most = this.amount(limit, this.of({ reservation: 'Exact' }))
    return most === 'Unpriced' ? 0 : Math.max(0, most - expected)
  }

  amount(limit: LimitCounter['limit'], demand: Demand | undefined): number | 'Unpriced' {
    const { measure } = limit
    if (isOfCalls(measure) || demand === undefined) return 1
    if (measure !== 'Nanodollars') return tokensOf(demand, measure)
    const { isKnown, nanodollars } = costOf(demand)
    // The targets whose prices are known may answer: they are counted whatever the others are.
    if (isKnown || limit.onUnpriced === 'Allow') return nanodollars
    const dearest = limit.onUnpriced === 'CountTokens' ? this.#source.dearest() : undefined
    if (dearest === undefined) return 'Unpriced'
    return Math.max(nanodollars, costOfTokens(demand.totalTokens, dearest))
  }
}

/** Whether a measure counts calls, whatever they use. */
export function isOfCalls(measure: Measure): boolean {
  return measure === 'Requests' || measure === 'Running'
}
