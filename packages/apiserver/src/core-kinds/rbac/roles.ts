import type { KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { createdAtColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'

const roleColumn = textColumn('Role', 'The role that is given', (binding) => {
  const { kind, name } = recordAt(binding, 'roleRef')
  return `${String(kind)}/${String(name)}`
})

const group = 'rbac.authorization.k8s.io'

const bindingRules = {
  prepareForCreate(binding: KubernetesObject): void {
    binding['roleRef'] = { apiGroup: group, ...recordAt(binding, 'roleRef') }
  },
}

export const roleRules: KindRules = {
  group,
  nameRule: 'path-segment',
  plural: 'roles',
  allColumns: [nameColumn, createdAtColumn],
}

export const clusterRoleRules: KindRules = {
  group,
  nameRule: 'path-segment',
  plural: 'clusterroles',
  allColumns: [nameColumn, createdAtColumn],
}

export const roleBindingRules: KindRules = {
  group,
  nameRule: 'path-segment',
  plural: 'rolebindings',
  columns: [roleColumn],
  writeRules: bindingRules,
}

export const clusterRoleBindingRules: KindRules = {
  group,
  nameRule: 'path-segment',
  plural: 'clusterrolebindings',
  columns: [roleColumn],
  writeRules: bindingRules,
}
