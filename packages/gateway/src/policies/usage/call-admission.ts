import type { Clock } from '@fairlead/base'
import type { Call } from '../../call/call.ts'
import type { MetLimits } from '../../call/met-limits.ts'
import { routeCall } from '../../call/route-call.ts'
import type { Permit } from '../call-policy.ts'
import { claimSource, dearestPrice } from './claim-source.ts'
import { claimsOf, type LimitClaim } from './claims.ts'
import { demandOf } from './demand.ts'
import { fittingTokens } from './fitting-tokens.ts'
import type { GatewayCounters } from './gateway-counters.ts'
import type { PolicyIndex } from './policy-index.ts'
import type { PreparedPolicy } from './prepared-policy.ts'
import { type Refused, type Remedy, remedyFor } from './remedy.ts'
import {
  limitExceeded,
  metLimit,
  priceUnknown,
  queueFull,
  usageStoreUnavailable,
} from './refusal.ts'
import {
  type Admission,
  deniedWithoutStore,
  giveBack,
  type Held,
  heldWithoutStore,
  type Reserver,
} from './reserver.ts'
import { tightestOf } from './tightest.ts'
import type { UsageMetrics } from './usage-metrics.ts'
import type { UsageObserver } from './usage-observer.ts'
import { UsagePermit } from './usage-permit.ts'
import type { Trial } from './usage-queue.ts'
import type { UsageQueues } from './usage-queues.ts'

/** What calls are admitted with. */
export interface AdmissionParts {
  readonly clock: Clock
  readonly counters: GatewayCounters
  readonly reserver: Reserver
  readonly metrics: UsageMetrics
  readonly observer: UsageObserver
  readonly queues: UsageQueues<Admission>
  indexOf(call: Call): PolicyIndex
}

/** Of a limit at whose queue there is no place. */
const unknownStanding = { amount: '', used: '', reserved: '', wanted: '', retryAfterMs: undefined }

/** Of a call that no policy is for. */
const admitted: Permit = { settle() {} }

/** Admits calls by the UsagePolicies that are for them. */
export class CallAdmission {
  readonly #parts: AdmissionParts

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  /**
   * Throws `rate_limit_exceeded`, `quota_exceeded`, `budget_exceeded`, `price_unknown` or
   * `usage_store_unavailable`.
   */
  enter(call: Call): Permit | Promise<Permit> {
    const index = this.#parts.indexOf(call)
    if (index.isEmpty) return admitted
    const claims = claimsFor(call, index)
    if (claims.length === 0) return admitted
    const met = call.record.meetLimits()
    const busy = this.#parts.queues.busy(claims)
    if (busy !== undefined) return this.#wait({ call, claims, met }, busy)
    const admission = this.#reserve(call, claims)
    return admission instanceof Promise
      ? admission.then((after) => this.#decide({ call, claims, met }, after))
      : this.#decide({ call, claims, met }, admission)
  }

  #reserve({ runtime }: Call, claims: readonly LimitClaim[]): Admission | Promise<Admission> {
    const { counters, reserver } = this.#parts
    return reserver.reserve(counters.of(runtime), claims)
  }

  #decide(asking: Asking, admission: Admission): Permit | Promise<Permit> {
    switch (admission.state) {
      case 'Granted':
        return this.#permit(asking, admission.held)
      case 'Unavailable':
        return this.#uncounted(asking, admission.claims)
      case 'Refused': {
        const remedy = remedyFor(admission.refused)
        if (remedy.action === 'Queue') return this.#wait(asking, remedy.policy)
        return this.#remedied(asking, admission.refused, remedy)
      }
    }
  }

  #remedied(asking: Asking, refused: Refused, remedy: Remedy): Permit | Promise<Permit> {
    if (remedy.action === 'Route') {
      return this.#route(asking, refused, { model: remedy.model, isInTurn: true })
    }
    throw this.#refusal(asking, refused)
  }

  #permit({ call, met }: Asking, held: Held): UsagePermit {
    const { observer, queues } = this.#parts
    observer.granted(held, met)
    const permit = new UsagePermit(held, {
      dearest: () => dearestPrice(call.runtime),
      settled: (settled, amounts) => {
        observer.settled(settled, amounts)
        queues.wake(settled.claims)
      },
    })
    call.claimed = permit
    return permit
  }

  /** Counted when the store answers again, if all policies want it so. */
  #uncounted(asking: Asking, claims: readonly LimitClaim[]): Permit {
    const { counters, metrics } = this.#parts
    for (const of of claims) metrics.countRefusal(of, 'StoreUnavailable')
    const denying = deniedWithoutStore(claims)
    if (denying !== undefined) throw usageStoreUnavailable(denying)
    return this.#permit(asking, heldWithoutStore(claims, counters.of(asking.call.runtime)))
  }

  async #wait(asking: Asking, policy: PreparedPolicy): Promise<Permit> {
    const { call, claims, met } = asking
    const { clock, metrics, queues } = this.#parts
    const own = claims.filter((of) => of.policy === policy)
    if (queues.isFull(policy)) return this.#withoutPlace(asking, own)
    for (const of of own) metrics.countRefusal(of, 'Queued')
    const beganMs = clock.monotonicMs()
    let last: Refused | undefined
    const admission = await call.record.waitFor(
      queues.wait(policy, {
        consumer: call.record.tenant,
        lifetime: call.lifetime,
        try: async (): Promise<Trial<Admission>> => {
          const tried = await this.#reserve(call, claims)
          if (tried.state !== 'Refused') return { done: true, admission: tried }
          last = tried.refused
          const remedy = remedyFor(tried.refused)
          if (remedy.action !== 'Queue') return { done: true, admission: tried }
          return { done: false, retryAfterMs: remedy.retryAfterMs }
        },
        giveBack,
      }),
    )
    met.queuedMs = clock.monotonicMs() - beganMs
    const outcome: Admission =
      admission ??
      (last === undefined ? await this.#reserve(call, claims) : { state: 'Refused', refused: last })
    if (outcome.state !== 'Refused') return this.#decide(asking, outcome)
    const { refused } = outcome
    return this.#remedied(asking, refused, remedyFor(refused, { waited: true }))
  }

  /** The queue is full: only another model helps, where a policy that refuses names one. */
  async #withoutPlace(asking: Asking, own: readonly LimitClaim[]): Promise<Permit> {
    const { call, claims } = asking
    const mayRoute = claims.some(({ policy }) => policy.onExceeded.action === 'Route')
    const admission = mayRoute ? await this.#reserve(call, claims) : undefined
    // It would be before those that wait.
    if (admission?.state === 'Granted') giveBack(admission)
    if (admission?.state === 'Unavailable') return this.#uncounted(asking, admission.claims)
    if (admission?.state === 'Refused') {
      const { refused } = admission
      const remedy = remedyFor(refused, { waited: true })
      if (remedy.action === 'Route') {
        return this.#route(asking, refused, { model: remedy.model, isInTurn: false })
      }
    }
    throw this.#queueFull(asking, own)
  }

  #queueFull({ met }: Asking, own: readonly LimitClaim[]): Error {
    met.refused = own.map(({ limit }) => ({ ...unknownStanding, limit: limit.label }))
    for (const of of own) this.#parts.metrics.countRefusal(of, 'Refused')
    return queueFull(own[0]?.policy.key ?? '')
  }

  /**
   * Once: what refuses the other model as well is told as the first refusal. A call that is not in
   * turn takes nothing for which others wait.
   */
  async #route(
    asking: Asking,
    refused: Refused,
    { isInTurn, model }: { readonly isInTurn: boolean; readonly model: string },
  ): Promise<Permit> {
    const { call, met } = asking
    const { metrics, queues } = this.#parts
    const { record, request, route, routed } = call
    const refusal = this.#refusal(asking, refused)
    // Vectors of another model are not what was asked for.
    if (record.operation === 'embeddings') throw refusal
    const asked = record.model
    try {
      call.request = request.insteadFor(model)
      call.route = routeCall(call)
      const claims = claimsFor(call, this.#parts.indexOf(call))
      if (!isInTurn && queues.busy(claims) !== undefined) throw refusal
      const admission = await this.#reserve(call, claims)
      if (admission.state !== 'Granted') throw refusal
      met.refused = []
      met.routedInsteadOf = asked
      for (const { of } of refused) metrics.countRefusal(of, 'Routed')
      return this.#permit({ ...asking, claims }, admission.held)
    } catch {
      call.request = request
      call.route = route
      call.routed = routed
      record.model = asked
      throw refusal
    }
  }

  #refusal({ call, met }: Asking, refused: Refused): Error {
    const { metrics } = this.#parts
    const [first] = refused
    met.refused = refused.map(metLimit)
    met.rateLimits = tightestOf(
      refused.map(({ of }) => of),
      refused.map(({ view }) => view),
    )
    for (const { of } of refused) metrics.countRefusal(of, 'Refused')
    const { reservation } = first.of.policy
    const demand = demandOf(call.request, call.route.targets, reservation)
    return limitExceeded(refused, fittingTokens(first, demand))
  }
}

/** A call that asks to be admitted. */
interface Asking {
  readonly call: Call
  readonly claims: readonly LimitClaim[]
  readonly met: MetLimits
}

/** Throws `price_unknown`. */
function claimsFor(call: Call, index: PolicyIndex): readonly LimitClaim[] {
  const policies = index.ofCall(call)
  if (policies.length === 0) return []
  const { claims, unpriced } = claimsOf(
    policies,
    claimSource(call, { targets: call.route.targets }),
  )
  const [first] = unpriced
  if (first !== undefined) throw priceUnknown(first, call.route.targets)
  const { purpose } = call.record
  if (purpose === undefined || !partsOfCalls.has(purpose)) return claims
  return claims.filter(({ limit }) => limit.measure !== 'Running')
}

/** Purposes of calls that are made while another of the caller runs, which waits for them. */
const partsOfCalls: ReadonlySet<string> = new Set([
  'format',
  'knowledge',
  'rewrite',
  'rerank',
  'retrieval',
])
