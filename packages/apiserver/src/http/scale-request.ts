import {
  errors,
  invalidField,
  validateObjectMeta,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { scaleKind } from '../core-kinds/autoscaling/scale.ts'
import { resourceName, servedApiVersion } from '../definitions/resource-definition.ts'
import { recordAt } from '../definitions/fields.ts'
import { negotiate } from '../exchange/accept.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { jsonResponse, type Handled } from '../exchange/api-response.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import { applyObject, asApplied } from '../resources/apply-object.ts'
import { presenterFor } from '../printing/represent.ts'
import { changeObject } from '../resources/change-object.ts'
import { decodeObject } from '../resources/decode-object.ts'
import { getObject } from '../resources/get-object.ts'
import { matchName, matchNamespace } from '../resources/match-request.ts'
import { patchedObject } from '../resources/patch-object.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import { getScale, hasOwnedReplicas, scaleOf, withScale } from '../resources/scale.ts'
import type { WriteOptions } from '../resources/write-options.ts'
import { decodeBody } from './decode-body.ts'
import { duplicatesInBody } from './duplicates-in-body.ts'
import { optionsOfWrite } from './options-of-write.ts'
import { appliedBody, patchOf } from './patch-request.ts'
import { patchTypeOf } from './patch-types.ts'

/** GET, PUT and PATCH of `/scale`. @throws StatusError */
export async function handleScale(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<Handled> {
  const presenter = presenterFor(
    scaleKind,
    negotiate(request.accept, scaleKind),
    request.query,
    () => context.clock.now(),
  )
  return jsonResponse(200, presenter.object(await scaleAfter(context, request, target)))
}

function scaleAfter(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<KubernetesObject> | KubernetesObject {
  switch (request.method) {
    case 'GET':
      return getScale(context, target)
    case 'PUT':
      return putScale(context, request, target)
    case 'PATCH':
      return patchScale(context, request, target)
    default:
      throw errors.methodNotSupported(resourceName(target.definition), request.method)
  }
}

/** What is wrong with a scale is told before whether its object is there. */
function putScale(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<KubernetesObject> {
  const options = decodingOptions(request)
  const body = decodeBody(request.body, request.contentType, scaleKind)
  const wanted = ofTarget(target, decodeObject(scaleKind, body, options))
  return setScale(context, target, wanted, options)
}

async function patchScale(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
): Promise<KubernetesObject> {
  const type = patchTypeOf(request.contentType, target.definition)
  const options = decodingOptions(request)
  if (type === 'apply') return applyScale(context, request, target, options)
  const current = await getScale(context, target, true)
  const patch = patchOf(type, request.body)
  const wanted = ofTarget(target, patchedObject(scaleKind, type, current, patch, options))
  return setScale(context, target, wanted, options)
}

async function setScale(
  context: WriteContext,
  target: ObjectTarget,
  wanted: KubernetesObject,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const current = await getObject(context, target)
  checkScale(target, wanted, current)
  const change = (object: KubernetesObject) => withScale(target, object, wanted)
  const managedFields = hasOwnedReplicas(target, current) ? 'track' : 'keep'
  const changed = await changeObject(context, target, change, options, managedFields)
  return scaleOf(target, changed)
}

/** Applying a scale is applying an object that has nothing but its number of replicas. */
async function applyScale(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const { definition, name, namespace } = target
  const empty = {
    apiVersion: servedApiVersion(definition),
    kind: definition.kind,
    metadata: { name, namespace },
  }
  const body = (): unknown => {
    const applied = asApplied(scaleKind, appliedBody(request))
    // What it does not name is what it is applied to.
    ofTarget(target, { ...applied, metadata: { name, namespace, ...applied.metadata } })
    return withScale(target, empty, applied)
  }
  const force = parseFlag(request.query, 'force') ?? false
  const applied = await applyObject(context, target, body, { ...options, force })
  return scaleOf(target, applied.object)
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
    if (uid && uid !== current.metadata.uid) {
      const { group, plural } = definition
      const resource = `${plural}/scale${group === '' ? '' : `.${group}`}`
      const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`
      throw errors.conflict(resource, name, detail)
    }
  }
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) {
    throw errors.conflict(resourceName(definition), name)
  }
}

/**
 * The scale with the name and namespace of its object.
 * @throws StatusError 400 when it names another
 */
function ofTarget(target: ObjectTarget, scale: KubernetesObject): KubernetesObject {
  const named = { ...scale, metadata: { ...scale.metadata } }
  matchNamespace(target, named)
  matchName(target, named)
  return named
}

function decodingOptions(request: ApiRequest): WriteOptions {
  const options = optionsOfWrite(request)
  return { ...options, duplicates: duplicatesInBody(request.body, request.contentType) }
}
