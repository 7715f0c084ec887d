import {
  errors,
  invalidField,
  validateObjectMeta,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { scaleKind } from '../core-kinds/autoscaling/scale.ts'
import { recordAt } from '../definitions/fields.ts'
import { resourceName, servedApiVersion } from '../definitions/resource-definition.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { negotiate } from '../exchange/accept.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { presenterFor } from '../printing/represent.ts'
import { changeObject } from '../resources/change-object.ts'
import { decodeObject } from '../resources/decode-object.ts'
import { getObject } from '../resources/get-object.ts'
import { matchName, matchNamespace } from '../resources/match-request.ts'
import { patchedObject } from '../resources/patch-object.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import { getScale, hasOwnedReplicas, scaleOf, withScale } from '../resources/scale.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import { applyObject } from '../resources/apply-object.ts'
import { checkUid } from '../resources/update-object.ts'
import type { WriteOptions } from '../resources/write-options.ts'
import { decodeBody } from './decode-body.ts'
import { optionsOfWrite } from './options-of-write.ts'
import { appliedBody, patchOf } from './patch-request.ts'
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
  const answer = (scale: KubernetesObject): Handled => {
    const representation = negotiate(request.accept, scaleKind)
    const now = (): number => context.clock.now()
    const presenter = presenterFor(scaleKind, representation, request.query, now)
    return jsonResponse(200, presenter.object(scale))
  }
  if (request.method === 'GET') return answer(current)
  if (type === 'apply') return answer(await applyScale(context, request, target))
  const options = optionsOfWrite(request)
  const wanted =
    type === undefined
      ? givenScale(request, target, current, options)
      : patchedObject(scaleKind, type, current, patchOf(type, request.body), options)
  checkScale(target, wanted, current)
  const change = (object: KubernetesObject) => withScale(target, object, wanted)
  const isTracked = hasOwnedReplicas(target, await getObject(context, target))
  const managedFields = isTracked ? 'track' : 'keep'
  const changed = await changeObject(context, target, change, options, managedFields)
  return answer(scaleOf(target, changed))
}

/** Applying a scale is applying an object that has nothing but its number of replicas. */
async function applyScale(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<KubernetesObject> {
  const { definition, name, namespace } = target
  const empty = {
    apiVersion: servedApiVersion(definition),
    kind: definition.kind,
    metadata: { name, namespace },
  }
  const body = () => withScale(target, empty, appliedBody(request))
  const force = parseFlag(request.query, 'force') ?? false
  const applied = await applyObject(context, target, body, { ...optionsOfWrite(request), force })
  return scaleOf(target, applied.object)
}

/** The scale in the body of a PUT. @throws StatusError */
function givenScale(
  request: ApiRequest,
  target: ObjectTarget,
  current: KubernetesObject,
  options: WriteOptions,
): KubernetesObject {
  if (request.method !== 'PUT') {
    throw errors.methodNotSupported(resourceName(target.definition), request.method)
  }
  const body = decodeBody(request.body, request.contentType, scaleKind)
  const scale = decodeObject(scaleKind, body, options)
  matchNamespace(target, scale)
  matchName(target, scale)
  checkUid(target, scale, current)
  return scale
}

/** As the update of a scale in the registries of Kubernetes' kinds. @throws StatusError 422 or 409 */
function checkScale(
  target: ObjectTarget,
  scale: KubernetesObject,
  current: KubernetesObject,
): void {
  const { definition, name } = target
  const { resourceVersion, uid } = scale.metadata
  if (definition.origin === 'built-in') {
    const found = validateObjectMeta(scale.metadata, { namespaced: true })
    const replicas = Number(recordAt(scale, 'spec')['replicas'] ?? 0)
    if (replicas < 0) {
      found.push(invalidField('spec.replicas', replicas, 'must be greater than or equal to 0'))
    }
    if (found.length > 0) throw errors.invalid('Scale.autoscaling', name, found)
    if (uid !== undefined && uid !== current.metadata.uid) {
      throw errors.conflict(
        `${definition.plural}/scale${definition.group === '' ? '' : `.${definition.group}`}`,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
      )
    }
  }
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
    throw errors.conflict(resourceName(definition), name)
  }
}
