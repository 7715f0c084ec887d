import type { ConditionCompiler } from '@fairlead/cel'
import { compileMatcher, type TextMatcher } from '@fairlead/guard'
import type { GuardrailPolicySettings, GuardSettings, Snapshot } from '@fairlead/snapshot'
import { isAttachedTo, type RoutedTo } from '../attached-to.ts'
import { type PolicyCondition, policyConditions } from '../policy-match.ts'
import type { MatchedRoute } from '../../routing/match-route.ts'

/** A GuardrailPolicy as calls are looked at by it. */
export interface PreparedGuardrail extends Pick<
  GuardrailPolicySettings,
  'failureMode' | 'refusal' | 'stream' | 'targets' | 'transforms'
> {
  /** `namespace/name`. */
  readonly key: string
  readonly isShadow: boolean
  readonly guards: readonly PreparedGuard[]
  readonly conditions: readonly PolicyCondition[]
}

/** A guard, with its matcher made. */
export interface PreparedGuard extends Pick<GuardSettings, 'action' | 'name' | 'samplePercent'> {
  readonly phases: ReadonlySet<GuardSettings['phases'][number]>
  readonly matcher: TextMatcher
}

/** Hears of each expression of a policy that could not be evaluated. */
type OnExpressionFailure = (policy: string, failure: string) => void

/** Prepares the policies of each configuration, and each policy once. */
export class PreparedGuardrails {
  readonly #conditions: ConditionCompiler
  readonly #onFailure: OnExpressionFailure
  readonly #prepared = new WeakMap<GuardrailPolicySettings, PreparedGuardrail>()

  constructor(conditions: ConditionCompiler, onFailure: OnExpressionFailure) {
    this.#conditions = conditions
    this.#onFailure = onFailure
  }

  /** Those that are for a call, in the order in which they apply. */
  forCall(
    { gateway, guardrailPolicies }: Pick<Snapshot, 'gateway' | 'guardrailPolicies'>,
    to: RoutedTo & { readonly route: Pick<MatchedRoute, 'route' | 'targets'> },
  ): readonly PreparedGuardrail[] {
    const at = { gateway: `${gateway.namespace}/${gateway.name}`, targets: to.route.targets }
    return guardrailPolicies.flatMap((settings) => {
      const policy = this.prepare(settings)
      const isMeant =
        policy.targets.some((target) => isAttachedTo(target, to, at)) &&
        policy.conditions.every((holds) => holds(to.routed))
      return isMeant ? [policy] : []
    })
  }

  /** Throws for what does not compile. */
  prepare(settings: GuardrailPolicySettings): PreparedGuardrail {
    const known = this.#prepared.get(settings)
    if (known !== undefined) return known
    const { failureMode, guards, match, mode, name, namespace, refusal, stream, targets } = settings
    const { transforms } = settings
    const key = `${namespace}/${name}`
    const prepared: PreparedGuardrail = {
      key,
      isShadow: mode === 'Shadow',
      failureMode,
      refusal,
      stream,
      targets,
      transforms,
      guards: guards.map(({ action, look, name: guard, phases, samplePercent }) => ({
        name: guard,
        action,
        samplePercent,
        phases: new Set(phases),
        matcher: compileMatcher(look),
      })),
      conditions: policyConditions(match, this.#conditions, (failure) =>
        this.#onFailure(key, failure),
      ),
    }
    this.#prepared.set(settings, prepared)
    return prepared
  }
}
