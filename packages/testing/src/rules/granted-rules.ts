import {
  type Access,
  type PolicyRule,
  readManifests,
  ruleAllows,
  rulesOfRole,
} from '@fairlead/apiserver/testing'
import type { KubernetesObject } from '@fairlead/kube-core'
import type { rbacV1 } from '@fairlead/kube-types'

/** Something with rules, such as what `operator(manager)…build()` returns, or a role. */
interface WithRules {
  readonly kind?: string
  readonly metadata?: { readonly name?: string; readonly namespace?: string }
  readonly rules?: readonly rbacV1.PolicyRule[]
}

/** A Role or ClusterRole, something else with `rules`, a file with roles, or a directory of such. */
export type RoleSource = string | WithRules

/** Which roles of the sources are the operator's, and where it has them. */
export interface RoleOptions {
  /** Only the roles of these names. Defaults to all that the sources have. */
  readonly names?: readonly string[]
  /** The namespace in which Roles are installed, in place of the one that they name. */
  readonly namespace?: string
}

/** A rule, and the namespace to which it is restricted if it is that of a Role. */
export interface GrantedRule {
  readonly rule: PolicyRule
  readonly namespace: string | undefined
}

/** The rules of the roles; other objects in files are left out. */
export function grantedRules(
  sources: readonly RoleSource[],
  { names, namespace }: RoleOptions = {},
): readonly GrantedRule[] {
  const roles = sources.flatMap((source): readonly WithRules[] =>
    typeof source === 'string' ? (readManifests([source]) as readonly WithRules[]) : [source],
  )
  return roles
    .filter(({ kind = 'ClusterRole' }) => kind === 'Role' || kind === 'ClusterRole')
    .filter(({ metadata }) => names === undefined || names.includes(metadata?.name ?? ''))
    .flatMap((role) => {
      const own = role.kind === 'Role' ? (namespace ?? role.metadata?.namespace ?? '') : undefined
      const rules = rulesOfRole(role as unknown as KubernetesObject)
      return rules.map((rule) => ({ rule, namespace: own }))
    })
}

/** Whether the rule allows it: that of a Role only in its namespace. */
export function grants({ rule, namespace }: GrantedRule, access: Access): boolean {
  const isPlaced = namespace === undefined || (namespace !== '' && namespace === access.namespace)
  return isPlaced && ruleAllows(rule, access)
}
