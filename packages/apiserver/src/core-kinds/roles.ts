import type { KubernetesObject, StructuralSchema } from '@fairlead/kube-core'

import { createdAtColumn, nameColumn, textColumn } from '../definitions/standard-columns.ts'
import { builtInKind, recordAt } from '../definitions/built-in-kind.ts'
import { atomic, list, object, text } from '../definitions/schema-builder.ts'

/**
 * Roles and bindings are stored and served so that manifests that contain them can be applied.
 * They are not enforced: whoever is not an administrator may read and write nothing but reviews of
 * their own access.
 */

const texts = (description: string): StructuralSchema => list(description, { type: 'string' })

const rulesSchema = list(
  'What the role allows.',
  object(
    'Verbs on resources.',
    {
      verbs: texts('Allowed verbs, or *.'),
      apiGroups: texts('API groups of the resources; empty for the core group, * for all.'),
      resources: texts('Resources, or *.'),
      resourceNames: texts('Names of single objects; empty for all.'),
      nonResourceURLs: texts('URL paths that are no resources.'),
    },
    { required: ['verbs'] },
  ),
)

const subjectsSchema = list(
  'Who gets the role.',
  atomic(
    object(
      'A user, group or service account.',
      {
        kind: text('User, Group or ServiceAccount.'),
        apiGroup: text('API group of the subject.'),
        name: text('Name of the subject.'),
        namespace: text('Namespace of a service account.'),
      },
      { required: ['kind', 'name'] },
    ),
  ),
)

const roleRefSchema = atomic(
  object(
    'The role that is given; immutable.',
    {
      apiGroup: text('rbac.authorization.k8s.io'),
      kind: text('Role or ClusterRole.'),
      name: text('Name of the role.'),
    },
    { required: ['kind', 'name'] },
  ),
)

const roleColumn = textColumn('Role', 'The role that is given', (binding) => {
  const { kind, name } = recordAt(binding, 'roleRef')
  return `${String(kind)}/${String(name)}`
})

const shared = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  openApiModule: 'api.rbac.v1',
  nameRule: 'path-segment',
} as const

const bindingRules = {
  prepareForCreate(binding: KubernetesObject): void {
    binding['roleRef'] = { apiGroup: shared.group, ...recordAt(binding, 'roleRef') }
  },
}

export const roleKind = builtInKind({
  ...shared,
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  description: 'Role is a set of permissions within a namespace.',
  properties: { rules: rulesSchema },
  allColumns: [nameColumn, createdAtColumn],
})

export const clusterRoleKind = builtInKind({
  ...shared,
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  description: 'ClusterRole is a set of permissions in the whole cluster.',
  properties: {
    rules: rulesSchema,
    aggregationRule: object('Builds the rules from other cluster roles.', {
      clusterRoleSelectors: list('Which cluster roles are included.', {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
      }),
    }),
  },
  allColumns: [nameColumn, createdAtColumn],
})

export const roleBindingKind = builtInKind({
  ...shared,
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  description: 'RoleBinding gives a role to users, groups or service accounts in a namespace.',
  properties: { subjects: subjectsSchema, roleRef: roleRefSchema },
  required: ['roleRef'],
  columns: [roleColumn],
  writeRules: bindingRules,
})

export const clusterRoleBindingKind = builtInKind({
  ...shared,
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  description: 'ClusterRoleBinding gives a cluster role to users, groups or service accounts.',
  properties: { subjects: subjectsSchema, roleRef: roleRefSchema },
  required: ['roleRef'],
  columns: [roleColumn],
  writeRules: bindingRules,
})
