import type { ConditionCompiler } from '@fairlead/cel'
import type { CachePolicySettings, PolicyTarget, Snapshot } from '@fairlead/snapshot'
import { isAttachedTo, type RoutedTo } from '../attached-to.ts'
import { type PolicyCondition, policyConditions } from '../policy-match.ts'
import type { MatchedRoute } from '../../routing/match-route.ts'

/** Finds the CachePolicy of a call, and prepares each policy once. */
export class PreparedCaches {
  readonly #conditions: ConditionCompiler
  readonly #onFailure: (policy: string, failure: string) => void
  readonly #prepared = new WeakMap<CachePolicySettings, readonly PolicyCondition[]>()

  /** `onFailure` hears of each expression of a policy that could not be evaluated. */
  constructor(conditions: ConditionCompiler, onFailure: (policy: string, failure: string) => void) {
    this.#conditions = conditions
    this.#onFailure = onFailure
  }

  /** That with the most specific target; of equal ones the first. */
  forCall(
    { cachePolicies, gateway }: Pick<Snapshot, 'cachePolicies' | 'gateway'>,
    to: RoutedTo & { readonly route: Pick<MatchedRoute, 'route' | 'targets'> },
  ): CachePolicySettings | undefined {
    const at = { gateway: `${gateway.namespace}/${gateway.name}`, targets: to.route.targets }
    let found: CachePolicySettings | undefined
    let foundRank = Infinity
    for (const policy of cachePolicies) {
      const ranks = policy.targets.flatMap((target) =>
        isAttachedTo(target, to, at) ? [rankOf(target)] : [],
      )
      const rank = Math.min(...ranks, Infinity)
      if (rank >= foundRank || !this.prepare(policy).every((holds) => holds(to.routed))) continue
      found = policy
      foundRank = rank
    }
    return found
  }

  /** Throws for what does not compile. */
  prepare(policy: CachePolicySettings): readonly PolicyCondition[] {
    const known = this.#prepared.get(policy)
    if (known !== undefined) return known
    const conditions = policyConditions(policy.match, this.#conditions, (failure) =>
      this.#onFailure(`${policy.namespace}/${policy.name}`, failure),
    )
    this.#prepared.set(policy, conditions)
    return conditions
  }
}

/** The lower, the more specific. */
function rankOf(target: PolicyTarget): number {
  switch (target.kind) {
    case 'Consumer':
      return 0
    case 'PromptTemplate':
      return 1
    case 'RoutingPolicy':
      return target.rule === undefined ? 3 : 2
    case 'LLMProvider':
      return target.model === undefined ? 5 : 4
    case 'LLMGateway':
      return 6
  }
}
