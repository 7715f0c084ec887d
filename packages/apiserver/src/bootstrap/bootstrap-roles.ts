import { rbacResources } from '../auth/rbac/role-index.ts'
import type { BootstrapObject } from './bootstrap-object.ts'
import { clusterRoleRules } from './cluster-role-rules.ts'
import { controllerRoleRules } from './controller-role-rules.ts'
import { namespaceRoleRules } from './namespace-role-rules.ts'
import { readRule } from './read-rule.ts'

const group = 'rbac.authorization.k8s.io'
const apiVersion = `${group}/v1`
const controllerPrefix = 'system:controller:'

/** An aggregated role, and the label of the roles that are aggregated to it. */
const aggregated: readonly string[] = ['admin', 'edit', 'view']

/** Roles that are aggregated to others. */
const aggregateTo: Readonly<Record<string, string>> = {
  edit: 'admin',
  view: 'edit',
  'system:aggregate-to-admin': 'admin',
  'system:aggregate-to-edit': 'edit',
  'system:aggregate-to-view': 'view',
}

/** The cluster roles that every cluster has. */
export function bootstrapClusterRoles(): BootstrapObject[] {
  const withRules = [
    ...Object.entries(clusterRoleRules),
    ...Object.entries(controllerRoleRules).map(
      ([controller, rules]) => [`${controllerPrefix}${controller}`, rules] as const,
    ),
  ]
  return [
    ...aggregated.map((name) =>
      clusterRole(name, {
        content: {
          rules: null,
          aggregationRule: {
            clusterRoleSelectors: [{ matchLabels: { [aggregationLabel(name)]: 'true' } }],
          },
        },
        owned: { 'f:aggregationRule': { '.': {}, 'f:clusterRoleSelectors': {} } },
      }),
    ),
    ...withRules.map(([name, rules]) =>
      clusterRole(name, {
        content: { rules: rules.map(readRule) },
        owned: { 'f:rules': {} },
      }),
    ),
  ]
}

/** The roles of `kube-system` and `kube-public`. */
export function bootstrapRoles(): BootstrapObject[] {
  return namespaceRoleRules.map(({ namespace, name, rules }) => ({
    ...defaults,
    resource: rbacResources.roles,
    kind: 'Role',
    namespace,
    name,
    content: { rules: rules.map(readRule) },
    owned: { 'f:rules': {} },
  }))
}

/** The label that aggregates a role to `name`. */
function aggregationLabel(name: string): string {
  return `${group}/aggregate-to-${name}`
}

/** What all of them have, so that they are recognised and kept up to date. */
export const defaults = {
  apiVersion,
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
} as const

function clusterRole(
  name: string,
  rest: Pick<BootstrapObject, 'content' | 'owned'>,
): BootstrapObject {
  const target = aggregateTo[name]
  const labels =
    target === undefined
      ? defaults.labels
      : { ...defaults.labels, [aggregationLabel(target)]: 'true' }
  return {
    ...defaults,
    resource: rbacResources.clusterRoles,
    kind: 'ClusterRole',
    name,
    labels,
    ...rest,
  }
}
