import type { Access } from './access.ts'
import type { PolicyRule } from './rbac/policy-rule.ts'
import { mastersGroup, type User } from './user.ts'

/** Whether a user may do something. */
export interface Decision {
  readonly allowed: boolean
  /** What allowed it, or what kept rules from being found; may be empty. */
  readonly reason: string
}

/** The rules that apply to a user in a namespace. */
export interface RulesOfUser {
  readonly rules: readonly PolicyRule[]
  /** Bindings whose role was not found, in the API server's wording. */
  readonly errors: readonly string[]
}

/** Decides what users may do. */
export interface Authorizer {
  authorize(user: User, access: Access): Decision
  /** Everything that a user may do in a namespace, for `SelfSubjectRulesReview`. */
  rulesOf(user: User, namespace: string): RulesOfUser
}

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
]

const allowed: Decision = { allowed: true, reason: '' }

/** Allows every request, also an anonymous one. */
export const alwaysAllow: Authorizer = {
  authorize: () => allowed,
  rulesOf: () => ({ rules: everything, errors: [] }),
}

/** Allows members of `system:masters` everything, and asks `authorizer` about everybody else. */
export function mastersOr(authorizer: Authorizer): Authorizer {
  return {
    authorize: (user, access) =>
      user.groups.includes(mastersGroup) ? allowed : authorizer.authorize(user, access),
    rulesOf: (user, namespace) => authorizer.rulesOf(user, namespace),
  }
}
