import { ConditionCompiler } from '@fairlead/cel'
import type { AccessPolicySettings } from '@fairlead/snapshot'
import type { Caller } from '../caller.ts'
import { AccessRule, type OnRuleFailure } from './access-rule.ts'
import { CallerRules } from './caller-rules.ts'

/** All AccessPolicies of one configuration. */
export class AccessRules {
  readonly #rules: readonly AccessRule[]
  readonly #gateway: string
  readonly #byCaller = new WeakMap<Caller, CallerRules>()

  /** `gateway` is `namespace/name`. Throws for an expression that does not compile. */
  constructor(
    policies: readonly AccessPolicySettings[],
    gateway: string,
    onFailure: OnRuleFailure,
  ) {
    const conditions = new ConditionCompiler()
    this.#rules = policies.map((policy) => new AccessRule(policy, conditions, onFailure))
    this.#gateway = gateway
  }

  /** Whether some rule about models or providers reads the call, so that lists have to make one up. */
  get haveConditions(): boolean {
    return this.#rules.some(({ hasCondition }) => hasCondition)
  }

  /** Worked out once for each caller. */
  for(caller: Caller): CallerRules {
    let known = this.#byCaller.get(caller)
    if (known === undefined) {
      known = new CallerRules(
        this.#rules.map((rule) => ({
          rule,
          isEverywhere: rule.isForCaller(caller, this.#gateway),
          hasSubject: rule.hasSubject(caller),
        })),
      )
      this.#byCaller.set(caller, known)
    }
    return known
  }
}
