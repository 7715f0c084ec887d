import { rbacResources } from '../auth/rbac/role-index.ts'
import type { BootstrapObject } from './bootstrap-object.ts'
import { defaults } from './bootstrap-roles.ts'
import { controllerRoleRules } from './controller-role-rules.ts'
import { namespaceRoleRules } from './namespace-role-rules.ts'

const apiGroup = 'rbac.authorization.k8s.io'

/**
 * Who has which cluster role; a binding is called as its role is. `Account x` is an account of
 * `kube-system`.
 */
const clusterRoleSubjects: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['Group system:masters'],
  'system:monitoring': ['Group system:monitoring'],
  'system:discovery': ['Group system:authenticated'],
  'system:basic-user': ['Group system:authenticated'],
  'system:public-info-viewer': ['Group system:authenticated', 'Group system:unauthenticated'],
  'system:node-proxier': ['User system:kube-proxy'],
  'system:kube-controller-manager': ['User system:kube-controller-manager'],
  'system:kube-dns': ['Account kube-dns'],
  'system:kube-scheduler': ['User system:kube-scheduler'],
  'system:volume-scheduler': ['User system:kube-scheduler'],
  'system:node': [],
  'system:service-account-issuer-discovery': ['Group system:serviceaccounts'],
}

/** The bindings of cluster roles that every cluster has. */
export function bootstrapClusterRoleBindings(): BootstrapObject[] {
  return [
    ...Object.entries(clusterRoleSubjects).map(([name, subjects]) =>
      binding('ClusterRole', name, subjects),
    ),
    ...Object.keys(controllerRoleRules).map((controller) =>
      binding('ClusterRole', `system:controller:${controller}`, [`Account ${controller}`]),
    ),
  ]
}

/** The bindings in `kube-system` and `kube-public`. */
export function bootstrapRoleBindings(): BootstrapObject[] {
  return namespaceRoleRules.map(({ namespace, name, bindingName = name, subjects }) => ({
    ...binding('Role', name, subjects),
    resource: rbacResources.roleBindings,
    kind: 'RoleBinding',
    namespace,
    name: bindingName,
  }))
}

function binding(
  kind: 'Role' | 'ClusterRole',
  role: string,
  subjects: readonly string[],
): BootstrapObject {
  const hasSubjects = subjects.length > 0
  return {
    ...defaults,
    resource: rbacResources.clusterRoleBindings,
    kind: 'ClusterRoleBinding',
    name: role,
    content: {
      ...(hasSubjects ? { subjects: subjects.map(readSubject) } : {}),
      roleRef: { apiGroup, kind, name: role },
    },
    owned: { 'f:roleRef': {}, ...(hasSubjects ? { 'f:subjects': {} } : {}) },
  }
}

function readSubject(text: string): object {
  const [kind, name] = text.split(' ', 2)
  return kind === 'Account'
    ? { kind: 'ServiceAccount', name, namespace: 'kube-system' }
    : { kind, apiGroup, name }
}
