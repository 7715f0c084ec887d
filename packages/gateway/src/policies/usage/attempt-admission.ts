import type { AttemptGate, AttemptPermit } from '../../call/attempt-gate.ts'
import type { Call } from '../../call/call.ts'
import { costOfAll } from '../../call/settle-cost.ts'
import { type SpentUsage, usageOfAll } from '../../call/spent-usage.ts'
import type { CallTarget } from '../../routing/call-target.ts'
import { UpstreamFailure } from '../../upstream/upstream-failure.ts'
import type { AdmissionParts } from './call-admission.ts'
import { claimSource, dearestPrice } from './claim-source.ts'
import { claimsOf, type ClaimSource, isOfCalls, type LimitClaim } from './claims.ts'
import { editBytes } from './demand.ts'
import type { PreparedPolicy } from './prepared-policy.ts'
import { limitExceeded, metLimit, priceUnknown, usageStoreUnavailable } from './refusal.ts'
import { type Admission, deniedWithoutStore, type Held, heldWithoutStore } from './reserver.ts'
import { settleHeld, UsagePermit } from './usage-permit.ts'
import { type Used, usedOf } from './used.ts'

/**
 * Admits attempts by the limits of their providers and the policies that are about them, and claims
 * what the prompt has become since the call was admitted.
 */
export class AttemptAdmission implements AttemptGate {
  readonly #parts: AdmissionParts

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  enter(
    target: CallTarget,
    body: Uint8Array,
    call: Call,
  ): AttemptPermit | undefined | Promise<AttemptPermit | undefined> {
    const index = this.#parts.indexOf(call)
    const permit = call.claimed instanceof UsagePermit ? call.claimed : undefined
    const missing = permit === undefined ? noClaims : missingClaims(permit, target, body, call)
    const policies = index.limitsAttempts ? index.ofAttempt(call, target) : noPolicies
    if (missing.length === 0 && policies.length === 0) return undefined
    return this.#enter({ target, body, call, permit, missing, policies })
  }

  async #enter({
    call,
    permit,
    missing,
    policies,
    ...at
  }: Entering): Promise<AttemptPermit | undefined> {
    if (permit !== undefined && missing.length > 0) {
      permit.add(await this.#claim(call, missing, (error) => error))
    }
    if (policies.length === 0) return undefined
    const { body, target } = at
    const source = claimSource(call, { targets: [target], provider: target.provider.key, body })
    const { claims, unpriced } = claimsOf(policies, source)
    const passOver = (error: Error, reason: string) => passedOver(call, target, error, reason)
    const [first] = unpriced
    if (first !== undefined) {
      const error = priceUnknown(first, [target])
      throw passOver(error, `the limit ${first.label} needs a price`)
    }
    if (claims.length === 0) return undefined
    return this.#permit(call, target, await this.#claim(call, claims, passOver))
  }

  /** `failed` makes of an error what is thrown. */
  async #claim(
    call: Call,
    claims: readonly LimitClaim[],
    failed: (error: Error, reason: string) => Error,
  ): Promise<Held> {
    const { counters, metrics, observer, reserver } = this.#parts
    const met = call.record.meetLimits()
    const counting = counters.of(call.runtime)
    const admission: Admission = await reserver.reserve(counting, claims)
    switch (admission.state) {
      case 'Granted':
        observer.granted(admission.held, met)
        return admission.held
      case 'Unavailable': {
        for (const of of claims) metrics.countRefusal(of, 'StoreUnavailable')
        const denying = deniedWithoutStore(claims)
        if (denying === undefined) {
          const held = heldWithoutStore(claims, counting)
          observer.granted(held, met)
          return held
        }
        throw failed(usageStoreUnavailable(denying), 'its limits cannot be counted')
      }
      case 'Refused': {
        const { refused } = admission
        met.refused = refused.map(metLimit)
        for (const { of } of refused) metrics.countRefusal(of, 'PassedOver')
        const reason = `the limit ${refused[0].of.limit.label} is reached`
        throw failed(limitExceeded(refused, undefined), reason)
      }
    }
  }

  #permit({ runtime }: Call, { price }: CallTarget, held: Held): AttemptPermit {
    const { observer, queues } = this.#parts
    return {
      settle(usage, answered) {
        const used = {
          usage,
          answered,
          cost: usage && price?.cost(usage).nanodollars,
          dearest: () => dearestPrice(runtime),
          replayed: false,
          refused: false,
        }
        settleHeld([held], used, {
          settled(settled, amounts) {
            observer.settled(settled, amounts)
            queues.wake(settled.claims)
          },
        })
      },
    }
  }
}

const noClaims: readonly LimitClaim[] = []
const noPolicies: readonly PreparedPolicy[] = []

interface Entering {
  readonly call: Call
  readonly target: CallTarget
  readonly body: Uint8Array
  readonly permit: UsagePermit | undefined
  readonly missing: readonly LimitClaim[]
  readonly policies: readonly PreparedPolicy[]
}

/**
 * What the call was admitted with does not cover: its prompt is longer than what was sent, or
 * attempts that have failed have used some of it.
 */
function missingClaims(
  permit: UsagePermit,
  target: CallTarget,
  body: Uint8Array,
  call: Call,
): readonly LimitClaim[] {
  const { spent } = call.record
  if (body.length <= call.request.body.length + editBytes && spent.length === 0) return noClaims
  const policies = new Set(permit.claims.map(({ policy }) => policy))
  const source = claimSource(call, { targets: [target], body })
  const { claims } = claimsOf([...policies], source)
  return claims.flatMap((of) => {
    if (isOfCalls(of.limit.measure)) return []
    const { amount, counter } = of.claim
    const used = spent.length === 0 ? 0 : usedOf(of, usedBy(spent, source))
    const before = permit.claimed(counter.key)
    const more = Math.min(amount + used, Number.MAX_SAFE_INTEGER) - before.amount
    const beyond = Math.max(0, of.beyond - before.beyond)
    return more > 0 ? [{ ...of, beyond, claim: { ...of.claim, amount: more } }] : []
  })
}

function usedBy(spent: readonly SpentUsage[], { dearest }: ClaimSource): Used {
  const usage = usageOfAll(spent)
  const cost = costOfAll(spent).nanodollars
  return { usage, cost, dearest, answered: true, replayed: false, refused: false }
}

function passedOver(call: Call, target: CallTarget, error: Error, reason: string): Error {
  const { model, name, provider } = target
  call.record.passedOver.push({ target: name, provider: provider.key, model, reason })
  return new UpstreamFailure('Unsupported', error as UpstreamFailure['error'], reason)
}
