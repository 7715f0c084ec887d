import { arrayOrEmpty, isJsonObject } from '@fairlead/base'
import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import { type PolicyRule, rulesOfRole } from '../auth/rbac/policy-rule.ts'
import { uncoveredRules } from '../auth/rbac/rule-coverage.ts'
import { bootstrapClusterRoleBindings, bootstrapRoleBindings } from './bootstrap-bindings.ts'
import {
  type BootstrapContext,
  type BootstrapObject,
  keyOf,
  storeBootstrapObject,
} from './bootstrap-object.ts'
import { bootstrapClusterRoles, bootstrapRoles } from './bootstrap-roles.ts'

const autoupdate = 'rbac.authorization.kubernetes.io/autoupdate'

/**
 * Creates the roles and bindings that every cluster has. Those that exist get back the permissions
 * and subjects that they lack, and keep what was added to them, unless their annotation
 * `rbac.authorization.kubernetes.io/autoupdate` is `false` (as Kubernetes' post-start hook
 * `rbac/bootstrap-roles`).
 */
export function ensureBootstrapRoles(context: BootstrapContext): void {
  const roles = [...bootstrapClusterRoles(), ...bootstrapRoles()]
  const bindings = [...bootstrapClusterRoleBindings(), ...bootstrapRoleBindings()]
  for (const role of roles) ensure(context, role, reconciledRole)
  for (const binding of bindings) ensure(context, binding, reconciledBinding)
}

/** What an existing object should be; undefined to create it anew. */
type Reconcile = (
  existing: KubernetesObject,
  wanted: BootstrapObject,
) => KubernetesObject | undefined

function ensure(context: BootstrapContext, wanted: BootstrapObject, reconcile: Reconcile): void {
  const key = keyOf(wanted)
  const existing = context.storage.get(key)
  if (existing === undefined) {
    storeBootstrapObject(context, wanted)
    return
  }
  if (existing.metadata.annotations?.[autoupdate] === 'false') return
  const revision = existing.metadata.resourceVersion ?? ''
  const next = reconcile(existing, wanted)
  if (next === undefined) {
    context.storage.delete(key, revision)
    storeBootstrapObject(context, wanted)
  } else if (next !== existing) context.storage.update(key, next, revision)
}

function reconciledRole(
  existing: KubernetesObject,
  { content }: BootstrapObject,
): KubernetesObject {
  const wanted = content['rules']
  // An aggregated role has its rules from others.
  if (!Array.isArray(wanted) || deepEqual(existing['rules'], wanted)) return existing
  const missing = uncoveredRules(rulesOfRole(existing), rulesOfRole({ ...existing, rules: wanted }))
  if (missing.length === 0) return existing
  return { ...existing, rules: [...arrayOrEmpty(existing['rules']), ...missing.map(stored)] }
}

function stored(rule: PolicyRule): object {
  return Object.fromEntries(
    Object.entries<readonly string[]>({ ...rule }).filter(([, values]) => values.length > 0),
  )
}

function reconciledBinding(
  existing: KubernetesObject,
  { content }: BootstrapObject,
): KubernetesObject | undefined {
  // A binding's role cannot be changed.
  if (!deepEqual(existing['roleRef'], content['roleRef'])) return undefined
  const subjects = arrayOrEmpty(existing['subjects']).filter(isJsonObject)
  const missing = arrayOrEmpty(content['subjects']).filter(
    (wanted) => !subjects.some((subject) => deepEqual(subject, wanted)),
  )
  return missing.length === 0 ? existing : { ...existing, subjects: [...subjects, ...missing] }
}
