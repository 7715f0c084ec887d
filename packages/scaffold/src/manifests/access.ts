import { type Installation, type OperatorDescription } from './operator-description.ts'

const api = 'rbac.authorization.k8s.io'

/** The ServiceAccount of an operator, with the permissions that it needs and no others. */
export function access(
  { name, rules }: OperatorDescription,
  { namespace }: Pick<Installation, 'namespace'>,
): readonly object[] {
  const subjects = [{ kind: 'ServiceAccount', name, namespace }]
  const role = (kind: string) => ({ apiGroup: api, kind, name })
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    {
      apiVersion: `${api}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [...rules.cluster],
    },
    {
      apiVersion: `${api}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: role('ClusterRole'),
      subjects,
    },
    {
      apiVersion: `${api}/v1`,
      kind: 'Role',
      metadata: { name, namespace },
      rules: [...rules.namespace],
    },
    {
      apiVersion: `${api}/v1`,
      kind: 'RoleBinding',
      metadata: { name, namespace },
      roleRef: role('Role'),
      subjects,
    },
  ]
}

/** Roles of the kinds for people, which those who may view, edit or administer a namespace have. */
export function peoplesRoles({ name, crds }: OperatorDescription): readonly object[] {
  if (crds.length === 0) return []
  const rules = (verbs: readonly string[], more: readonly string[] = []) =>
    crds.map(({ spec }) => ({
      apiGroups: [spec.group],
      resources: [spec.names.plural, ...more.map((part) => `${spec.names.plural}/${part}`)],
      verbs,
    }))
  const role = (suffix: string, to: readonly string[], given: readonly object[]) => ({
    apiVersion: `${api}/v1`,
    kind: 'ClusterRole',
    metadata: {
      name: `${name}-${suffix}`,
      labels: Object.fromEntries(to.map((each) => [`${api}/aggregate-to-${each}`, 'true'])),
    },
    rules: given,
  })
  return [
    role(
      'editor',
      ['admin', 'edit'],
      rules(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']),
    ),
    role('viewer', ['view'], rules(['get', 'list', 'watch'], ['status'])),
  ]
}
