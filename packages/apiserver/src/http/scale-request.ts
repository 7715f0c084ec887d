import { applyJsonPatch, applyMergePatch, errors } from '@fairlead/kube-core'

import { changeObject } from '../resources/change-object.ts'
import { isJsonObject } from '../resources/object-body.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import { resourceName } from '../definitions/resource-definition.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import { getScale, withScale } from '../resources/scale.ts'
import { parseWriteOptions } from '../resources/write-options.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { decodeBody, decodeJson, mediaTypeOf } from './decode-body.ts'

/** GET, PUT and PATCH of `/scale`. @throws StatusError */
export function handleScale(
  context: ResourceContext,
  request: ApiRequest,
  target: ObjectTarget,
): Handled {
  const current = getScale(context, target)
  if (request.method === 'GET') return jsonResponse(200, current)
  const wanted = wantedScale(request, target, current)
  const metadata =
    isJsonObject(wanted) && isJsonObject(wanted['metadata']) ? wanted['metadata'] : {}
  const { resourceVersion } = metadata
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
    throw errors.conflict(resourceName(target.definition), target.name)
  }
  const options = parseWriteOptions(request.query, request.userAgent, request.warn)
  changeObject(context, target, (object) => withScale(target, object, wanted), options, 'track')
  return jsonResponse(200, getScale(context, target))
}

function wantedScale(request: ApiRequest, target: ObjectTarget, current: object): unknown {
  if (request.method === 'PUT') return decodeBody(request.body, request.contentType)
  if (request.method !== 'PATCH') {
    throw errors.methodNotSupported(resourceName(target.definition), request.method)
  }
  switch (mediaTypeOf(request.contentType)) {
    case 'application/json-patch+json':
      return applyJsonPatch(current, decodeJson(request.body))
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      // A scale has no lists, so both merge alike.
      return applyMergePatch(current, decodeJson(request.body))
    default:
      throw errors.unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: ' +
          'application/json-patch+json, application/merge-patch+json',
      )
  }
}
