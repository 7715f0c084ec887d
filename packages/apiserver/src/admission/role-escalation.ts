import { isJsonObject } from '@fairlead/base'
import { deepEqual, errors, type KubernetesObject } from '@fairlead/kube-core'

import type { Access } from '../auth/access.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import { escalationOf } from '../auth/rbac/confirm-no-escalation.ts'
import { type PolicyRule, rulesOfRole } from '../auth/rbac/policy-rule.ts'
import { roleReferenceOf } from '../auth/rbac/role-binding.ts'
import type { RoleIndex } from '../auth/rbac/role-index.ts'
import { mastersGroup } from '../auth/user.ts'
import type { AdmissionPlugin } from './admission-plugin.ts'
import type { AdmissionRequest } from './admission-request.ts'

const group = 'rbac.authorization.k8s.io'

/** What somebody must hold who lets a role gather the rules of others. */
const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
]

/**
 * Nobody gives away, by a role or a binding, what he does not hold himself, unless he may `escalate`
 * the role or `bind` it. As the storage of Kubernetes' RBAC kinds (policybased), which asks before
 * it validates; hence the place among what changes objects, as the last one.
 */
export function roleEscalation(
  authorizer: Authorizer,
  roles: Pick<RoleIndex, 'rulesOf'>,
): AdmissionPlugin {
  return {
    name: 'RoleEscalation',
    mutate(request) {
      const { definition, object, user, operation, subresource } = request
      if (definition.group !== group || object === undefined || subresource !== undefined) {
        return undefined
      }
      if (user.groups.includes(mastersGroup)) return undefined
      if (operation === 'UPDATE' && isOnlyForCollector(object, request.oldObject)) return undefined
      if (definition.plural.endsWith('bindings')) refuseBinding(authorizer, roles, request, object)
      else refuseRole(authorizer, request, object)
      return undefined
    },
  }
}

function refuseRole(
  authorizer: Authorizer,
  request: AdmissionRequest,
  role: KubernetesObject,
): void {
  const { user, namespace } = request
  const { plural } = request.definition
  const name = request.operation === 'CREATE' ? '' : request.name
  const access: Access = { verb: 'escalate', group, resource: plural, namespace, name }
  if (authorizer.authorize(user, access).allowed) return
  const escalation = escalationOf(authorizer, user, namespace, rulesOfRole(role))
  if (escalation !== undefined) throw refusal(plural, role, escalation)
  if (!aggregates(role) && !aggregates(request.oldObject)) return
  if (escalationOf(authorizer, user, namespace, everything) === undefined) return
  const why = 'must have cluster-admin privileges to use the aggregationRule'
  throw refusal(plural, role, why)
}

function refuseBinding(
  authorizer: Authorizer,
  roles: Pick<RoleIndex, 'rulesOf'>,
  { user, namespace, definition }: AdmissionRequest,
  binding: KubernetesObject,
): void {
  const reference = roleReferenceOf(binding)
  const { kind, name } = reference
  // What is neither is refused when the binding is validated.
  if (kind !== 'Role' && kind !== 'ClusterRole') return
  const resource = `${kind.toLowerCase()}s`
  const access: Access = { verb: 'bind', group, resource, namespace, name }
  if (authorizer.authorize(user, access).allowed) return
  const found = roles.rulesOf(reference, namespace)
  if (found.missing !== undefined) throw errors.notFound(`${resource}.${group}`, name)
  const escalation = escalationOf(authorizer, user, namespace, found.rules)
  if (escalation !== undefined) throw refusal(definition.plural, binding, escalation)
}

function refusal(plural: string, { metadata }: KubernetesObject, why: string): Error {
  return errors.forbidden(`${plural}.${group}`, metadata.name ?? '', why)
}

function aggregates(role: KubernetesObject | undefined): boolean {
  return isJsonObject(role?.['aggregationRule'])
}

/** Whether nothing changes but what the garbage collector needs to delete the object. */
function isOnlyForCollector(
  object: KubernetesObject,
  oldObject: KubernetesObject | undefined,
): boolean {
  return oldObject !== undefined && deepEqual(withoutOwners(object), withoutOwners(oldObject))
}

function withoutOwners(object: KubernetesObject): object {
  const { ownerReferences: _, finalizers: __, managedFields: ___, ...metadata } = object.metadata
  return { ...object, metadata }
}
