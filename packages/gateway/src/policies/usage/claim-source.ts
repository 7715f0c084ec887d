import type { Call } from '../../call/call.ts'
import { bodyEndUser } from '../../call/body-end-user.ts'
import type { CallTarget } from '../../routing/call-target.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { ClaimSource } from './claims.ts'
import { dearestOf } from './costs.ts'

/** At which targets a call is counted. */
interface CountedAt {
  readonly targets: readonly CallTarget[]
  readonly provider?: string
  readonly body?: Uint8Array
}

/** A call as claims are worked out from it. */
export function claimSource(
  { caller, request, routed, runtime }: Call,
  { body, provider, targets }: CountedAt,
): ClaimSource {
  return {
    routed,
    request,
    targets,
    provider,
    body,
    endUser: () => caller.endUser ?? bodyEndUser(request.fields()),
    dearest: () => dearestPrice(runtime),
  }
}

/** Nanodollars for a million tokens of the dearest model that the configuration names. */
export function dearestPrice({ prices, providers }: Runtime): number | undefined {
  const named = [...providers.values()].flatMap((provider) =>
    provider.settings.models.map(({ name }) => prices.of(provider, name)),
  )
  return dearestOf(named)
}
