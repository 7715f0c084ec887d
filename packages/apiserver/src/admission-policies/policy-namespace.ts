import { errors, type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import { isNamespace } from '../admission-matching/request-namespace.ts'
import type { ResourceContext } from '../resources/resource-context.ts'

/**
 * The Namespace that a request is in, as `namespaceObject`; none for the cluster's objects and for
 * Namespaces.
 * @throws StatusError 404 when it does not exist
 */
export function policyNamespace(
  request: AdmissionRequest,
  { storage }: Pick<ResourceContext, 'storage'>,
): { namespaceObject?: KubernetesObject } {
  if (request.namespace === '' || isNamespace(request)) return {}
  const key = { resource: 'namespaces', namespace: '', name: request.namespace }
  const namespaceObject = storage.get(key)
  if (namespaceObject === undefined) throw errors.notFound('namespaces', request.namespace)
  return { namespaceObject }
}
