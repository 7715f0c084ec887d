import { deepEqual, parseApiVersion, type OwnerReference } from '@fairlead/kube-core'

import type { AdmissionPlugin } from '../admission/admission-plugin.ts'
import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { Access } from '../auth/access.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import type { ResourceContext } from '../resources/resource-context.ts'

/**
 * Whoever changes the owners of an object must be allowed to delete it, and whoever keeps an owner from
 * being deleted must be allowed to set the owner's finalizers.
 */
export function ownerReferencesPermissionEnforcement(
  authorizer: Authorizer,
  { registry }: Pick<ResourceContext, 'registry'>,
): AdmissionPlugin {
  return {
    name: 'OwnerReferencesPermissionEnforcement',
    validate: (request) => {
      const { operation } = request
      if (operation !== 'CREATE' && operation !== 'UPDATE') return
      const { plural, group } = request.definition
      // The status of a pod leaves its owners as they are.
      if (plural === 'pods' && group === '' && request.subresource === 'status') return
      if (deepEqual(ownersIn(request.object), ownersIn(request.oldObject))) return
      if (operation === 'UPDATE') requireDeletion(authorizer, request)
      const blocking = newBlocking(request)
      if (blocking.length === 0 || isAllowed(authorizer, request, anything)) return
      for (const owner of blocking) requireFinalizers(authorizer, registry, request, owner)
    },
  }
}

const anything: Access = {
  verb: 'update',
  group: '*',
  resource: '*',
  subresource: 'finalizers',
  namespace: '',
  name: '*',
}

/** Options of connections and the like have no metadata. */
function ownersIn(object: AdmissionRequest['object']): readonly OwnerReference[] {
  const { ownerReferences = [] } = object?.metadata ?? {}
  return ownerReferences
}

/** Owners that are new, or that did not wait for this object before. */
function newBlocking({ object, oldObject }: AdmissionRequest): readonly OwnerReference[] {
  const before = new Map(ownersIn(oldObject).map((owner) => [owner.uid, owner]))
  return ownersIn(object).filter(
    ({ uid, blockOwnerDeletion }) =>
      blockOwnerDeletion === true && before.get(uid)?.blockOwnerDeletion !== true,
  )
}

function requireDeletion(authorizer: Authorizer, request: AdmissionRequest): void {
  const { definition, subresource, namespace, name } = request
  const access: Access = {
    verb: 'delete',
    group: definition.group,
    resource: definition.plural,
    ...(subresource === undefined ? {} : { subresource }),
    namespace,
    name,
  }
  refuseUnless(authorizer, request, access, "cannot set an ownerRef on a resource you can't delete")
}

function requireFinalizers(
  authorizer: Authorizer,
  registry: ResourceContext['registry'],
  request: AdmissionRequest,
  { apiVersion, kind, name }: OwnerReference,
): void {
  const { group, version } = parseApiVersion(apiVersion)
  const owner = registry.findKind(group, version, kind)
  if (owner === undefined) {
    throw forbidden(
      request,
      `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}: no matches for kind "${kind}" in version "${apiVersion}"`,
    )
  }
  const access: Access = {
    verb: 'update',
    group,
    resource: owner.plural,
    subresource: 'finalizers',
    namespace: owner.namespaced ? request.namespace : '',
    name,
  }
  refuseUnless(
    authorizer,
    request,
    access,
    "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on",
  )
}

function refuseUnless(
  authorizer: Authorizer,
  request: AdmissionRequest,
  access: Access,
  why: string,
): void {
  const { allowed, reason } = authorizer.authorize(request.user, access)
  if (!allowed) throw forbidden(request, `${why}: ${reason}, <nil>`)
}

function isAllowed(authorizer: Authorizer, { user }: AdmissionRequest, access: Access): boolean {
  return authorizer.authorize(user, access).allowed
}
