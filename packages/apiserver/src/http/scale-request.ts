import { objectOrEmpty } from '@fairlead/base'
import { applyJsonPatch, applyMergePatch, errors, type KubernetesObject } from '@fairlead/kube-core'

import { resourceName, servedApiVersion } from '../definitions/resource-definition.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { changeObject } from '../resources/change-object.ts'
import { getObject } from '../resources/get-object.ts'
import type { PatchType } from '../resources/patch-object.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import { getScale, hasOwnedReplicas, scaleOf, withScale } from '../resources/scale.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import { applyObject } from '../resources/apply-object.ts'
import { decodeBody, decodeJson } from './decode-body.ts'
import { optionsOfWrite } from './options-of-write.ts'
import { appliedBody } from './patch-request.ts'
import { patchTypeOf } from './patch-types.ts'

/** GET, PUT and PATCH of `/scale`. @throws StatusError */
export async function handleScale(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const isPatch = request.method === 'PATCH'
  const type = isPatch ? patchTypeOf(request.contentType, target.definition) : undefined
  const current = await getScale(context, target, request.method !== 'GET')
  if (request.method === 'GET') return jsonResponse(200, current)
  if (type === 'apply') return applyScale(context, request, target)
  const wanted = wantedScale(request, target, current, type)
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

function wantedScale(
  { method, body, contentType }: ApiRequest,
  { definition }: ObjectTarget,
  current: object,
  patchType: PatchType | undefined,
): unknown {
  switch (patchType) {
    case 'json':
      return applyJsonPatch(current, decodeJson(body))
    case 'merge':
    case 'strategic':
      // A scale has no lists, so merge and strategic merge patches are the same.
      return applyMergePatch(current, decodeJson(body))
    case undefined:
      if (method === 'PUT') return decodeBody(body, contentType, scaleKind)
      throw errors.methodNotSupported(resourceName(definition), method)
  }
}
