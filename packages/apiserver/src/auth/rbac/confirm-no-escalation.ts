import { goQuote } from '@fairlead/kube-core'

import type { Authorizer } from '../authorizer.ts'
import type { User } from '../user.ts'
import { describeRule, type PolicyRule, quotedList } from './policy-rule.ts'
import { joined } from './rbac-authorizer.ts'
import { uncoveredRules } from './rule-coverage.ts'

/**
 * Why a user may not give `rules` to somebody in a namespace: permissions that the user does not
 * hold there, in the wording of ConfirmNoEscalation of Kubernetes' RBAC. Undefined: the user may.
 */
export function escalationOf(
  authorizer: Pick<Authorizer, 'rulesOf'>,
  user: User,
  namespace: string,
  rules: readonly PolicyRule[],
): string | undefined {
  const held = authorizer.rulesOf(user, namespace)
  const missing = uncoveredRules(held.rules, rules)
  if (missing.length === 0) return undefined
  const listed = [...new Set(missing.map(describeRule))].toSorted().join('\n')
  const errors = held.errors.length === 0 ? '' : `; resolution errors: [${joined(held.errors)}]`
  const who = `user ${goQuote(user.name)} (groups=${quotedList(user.groups)})`
  return `${who} is attempting to grant RBAC permissions not currently held:\n${listed}${errors}`
}
