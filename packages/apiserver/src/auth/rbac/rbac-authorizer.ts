import type { Access } from '../access.ts'
import type { Authorizer, Decision, RulesOfUser } from '../authorizer.ts'
import type { User } from '../user.ts'
import { type PolicyRule, ruleAllows } from './policy-rule.ts'
import { describeBinding } from './role-binding.ts'
import type { AppliedBinding, RoleIndex } from './role-index.ts'

/**
 * Allows what a role says that is bound to the user: a ClusterRoleBinding everywhere, a RoleBinding
 * in its namespace. A binding whose role is missing allows nothing; the denial says so.
 */
export class RbacAuthorizer implements Authorizer {
  readonly #roles: Pick<RoleIndex, 'bindingsOf' | 'rulesOf'>

  constructor(roles: Pick<RoleIndex, 'bindingsOf' | 'rulesOf'>) {
    this.#roles = roles
  }

  authorize(user: User, access: Access): Decision {
    const errors = new Set<string>()
    for (const { applied, rules } of this.#boundRules(user, access.namespace, errors)) {
      if (!rules.some((rule) => ruleAllows(rule, access))) continue
      const { binding, subject } = applied
      const reason = `RBAC: allowed by ${describeBinding(binding)} to ${subject}`
      return { allowed: true, reason }
    }
    return { allowed: false, reason: errors.size === 0 ? '' : `RBAC: ${joined([...errors])}` }
  }

  /** In the order of the bindings' names, those of the cluster first. */
  rulesOf(user: User, namespace: string): RulesOfUser {
    const errors = new Set<string>()
    const bound = [...this.#boundRules(user, namespace, errors)].toSorted(byBinding)
    const rules = new Map(bound.map(({ applied, rules: own }) => [applied.binding, own]))
    return { rules: [...rules.values()].flat(), errors: [...errors] }
  }

  *#boundRules(
    user: User,
    namespace: string,
    errors: Set<string>,
  ): Generator<{ applied: AppliedBinding; rules: readonly PolicyRule[] }> {
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      for (const applied of this.#roles.bindingsOf(user, scope)) {
        const found = this.#roles.rulesOf(applied.binding.role, scope)
        if (found.missing === undefined) yield { applied, rules: found.rules }
        else errors.add(found.missing)
      }
    }
  }
}

function byBinding(
  { applied: { binding: left } }: { applied: AppliedBinding },
  { applied: { binding: right } }: { applied: AppliedBinding },
): number {
  if (left.namespace !== right.namespace) return left.namespace === '' ? -1 : 1
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0
}

/** Several errors as Go joins them: one alone, more in brackets. */
export function joined(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`
}
