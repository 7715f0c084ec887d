import { objectOrEmpty } from '@fairlead/base'
import { errors, type KubernetesObject } from '@fairlead/kube-core'

import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { isDone } from '../resources/deletion-state.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import { storageKeyOf, type ObjectTarget } from '../resources/resource-target.ts'
import { decodeBody } from './decode-body.ts'

/**
 * `PUT /api/v1/namespaces/x/finalize`: sets `spec.finalizers`; without any left, the namespace is
 * removed.
 */
export function finalizeNamespace(
  context: ResourceContext,
  request: ApiRequest,
  target: ObjectTarget,
): Handled {
  if (request.method !== 'PUT') throw errors.methodNotSupported('namespaces', request.method)
  const { storage } = context
  const key = storageKeyOf(target)
  const current = storage.get(key)
  if (current === undefined) throw errors.notFound('namespaces', target.name)
  const body = decodeBody(request.body, request.contentType, target.definition)
  const finalizers = objectOrEmpty(body['spec'])['finalizers']
  const spec = Array.isArray(finalizers) && finalizers.length > 0 ? { finalizers } : {}
  const next: KubernetesObject = { ...current, spec }
  const revision = current.metadata.resourceVersion ?? ''
  if (!isDone(next)) return jsonResponse(200, storage.update(key, next, revision))
  storage.delete(key, revision)
  return jsonResponse(200, next)
}
