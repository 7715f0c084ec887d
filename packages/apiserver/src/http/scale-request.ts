import { objectOrEmpty } from '@fairlead/base'
import { applyJsonPatch, applyMergePatch, errors, type KubernetesObject } from '@fairlead/kube-core'

import { resourceName, servedApiVersion } from '../definitions/resource-definition.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { changeObject } from '../resources/change-object.ts'
import { getObject } from '../resources/get-object.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import { getScale, hasOwnedReplicas, scaleOf, withScale } from '../resources/scale.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import { applyObject } from '../resources/apply-object.ts'
import { decodeBody, decodeJson, mediaTypeOf } from './decode-body.ts'
import { optionsOfWrite } from './options-of-write.ts'
import { appliedBody } from './patch-request.ts'
import { applyPatchType } from './patch-types.ts'

/** GET, PUT and PATCH of `/scale`. @throws StatusError */
export async function handleScale(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const current = await getScale(context, target, request.method !== 'GET')
  if (request.method === 'GET') return jsonResponse(200, current)
  if (request.method === 'PATCH' && mediaTypeOf(request.contentType) === applyPatchType) {
    return applyScale(context, request, target)
  }
  const wanted = wantedScale(request, target, current)
  const { resourceVersion } = objectOrEmpty(objectOrEmpty(wanted)['metadata'])
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
    throw errors.conflict(resourceName(target.definition), target.name)
  }
  const options = optionsOfWrite(request)
  const change = (object: KubernetesObject) => withScale(target, object, wanted)
  const isTracked = hasOwnedReplicas(target, await getObject(context, target))
  const managedFields = isTracked ? 'track' : 'keep'
  const changed = await changeObject(context, target, change, options, managedFields)
  return jsonResponse(200, scaleOf(target, changed))
}

/** Applying a scale is applying an object that has nothing but its number of replicas. */
async function applyScale(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const { definition, name, namespace } = target
  const empty = {
    apiVersion: servedApiVersion(definition),
    kind: definition.kind,
    metadata: { name, namespace },
  }
  const body = () => withScale(target, empty, appliedBody(request))
  const force = parseFlag(request.query, 'force') ?? false
  const applied = await applyObject(context, target, body, { ...optionsOfWrite(request), force })
  return jsonResponse(200, scaleOf(target, applied.object))
}

const scaleKind = { group: 'autoscaling', version: 'v1', kind: 'Scale' } as const

function wantedScale(request: ApiRequest, target: ObjectTarget, current: object): unknown {
  if (request.method === 'PUT') {
    return decodeBody(request.body, request.contentType, scaleKind)
  }
  if (request.method !== 'PATCH') {
    throw errors.methodNotSupported(resourceName(target.definition), request.method)
  }
  switch (mediaTypeOf(request.contentType)) {
    case 'application/json-patch+json':
      return applyJsonPatch(current, decodeJson(request.body))
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      // A scale has no lists, so merge and strategic merge patches are the same.
      return applyMergePatch(current, decodeJson(request.body))
    default:
      throw errors.unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: ' +
          'application/json-patch+json, application/merge-patch+json, ' +
          'application/strategic-merge-patch+json, application/apply-patch+yaml',
      )
  }
}
