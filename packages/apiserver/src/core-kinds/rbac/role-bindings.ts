import {
  checkDnsSubdomain,
  checkPathSegment,
  deepEqual,
  goQuote,
  GoSyntax,
  invalidField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf, type Place } from '../shared/place.ts'

const group = 'rbac.authorization.k8s.io'

/** As Kubernetes' defaults and validation of RoleBindings. */
export const roleBindingRules = bindingRules('rolebindings', ['Role', 'ClusterRole'])

/** As Kubernetes' defaults and validation of ClusterRoleBindings. */
export const clusterRoleBindingRules = bindingRules('clusterrolebindings', ['ClusterRole'])

function bindingRules(plural: string, kinds: readonly string[]): KindRules {
  const namespaced = kinds.includes('Role')
  return {
    group,
    nameRule: 'path-segment',
    plural,
    allColumns: [
      nameColumn,
      textColumn('Role', 'The role that is given', (binding) => {
        const role = recordAt(binding, 'roleRef')
        return `${textAt(role, 'kind')}/${textAt(role, 'name')}`
      }),
      ageColumn,
      subjectColumn('Users', 'User'),
      subjectColumn('Groups', 'Group'),
      subjectColumn('ServiceAccounts', 'ServiceAccount'),
    ],
    writeRules: {
      defaults(binding) {
        const role = recordAt(binding, 'roleRef')
        role['apiGroup'] ||= group
        binding['roleRef'] = role
        for (const subject of recordsAt(binding, 'subjects')) {
          if (['User', 'Group'].includes(textAt(subject, 'kind'))) subject['apiGroup'] ||= group
        }
      },
      validate: (binding) =>
        errorsOf(binding, (root) => {
          validateRoleRef(root.within('roleRef'), kinds)
          for (const subject of root.each('subjects')) validateSubject(subject, namespaced)
        }),
      validateUpdate: validateSameRole,
    },
  }
}

function validateRoleRef(role: Place, kinds: readonly string[]): void {
  if (role.text('apiGroup') !== group) role.unsupported('apiGroup', [group])
  if (!kinds.includes(role.text('kind'))) role.unsupported('kind', kinds, role.text('kind'))
  if (role.requireText('name')) role.problems('name', checkPathSegment(role.text('name')))
}

function validateSubject(subject: Place, namespaced: boolean): void {
  subject.requireText('name')
  const name = subject.text('name')
  switch (subject.text('kind')) {
    case 'ServiceAccount':
      if (name !== '') subject.problems('name', checkDnsSubdomain(name))
      if (subject.text('apiGroup') !== '') subject.unsupported('apiGroup', [''])
      if (!namespaced) subject.requireText('namespace')
      break
    case 'User':
    case 'Group':
      if (subject.text('apiGroup') !== group) subject.unsupported('apiGroup', [group])
      break
    default:
      subject.unsupported('kind', ['ServiceAccount', 'User', 'Group'], subject.text('kind'))
  }
}

function validateSameRole(binding: KubernetesObject, previous: KubernetesObject): FieldError[] {
  if (deepEqual(binding['roleRef'], previous['roleRef'])) return []
  const role = recordAt(binding, 'roleRef')
  const [apiGroup, kind, name] = ['apiGroup', 'kind', 'name'].map((field) =>
    goQuote(textAt(role, field)),
  )
  const shown = new GoSyntax(`rbac.RoleRef{APIGroup:${apiGroup}, Kind:${kind}, Name:${name}}`)
  return [invalidField('roleRef', shown, 'cannot change roleRef')]
}

function subjectColumn(name: string, kind: string) {
  return textColumn(
    name,
    `${name} that it is given to`,
    (binding) =>
      recordsAt(binding, 'subjects')
        .filter((subject) => subject['kind'] === kind)
        .map((subject) => {
          const namespace = kind === 'ServiceAccount' ? textAt(subject, 'namespace') : ''
          const subjectName = textAt(subject, 'name')
          return namespace === '' ? subjectName : `${namespace}/${subjectName}`
        })
        .join(', '),
    1,
  )
}
