import { isJsonObject } from '@fairlead/base'
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  errors,
  serverSideApply,
  type KubernetesObject,
  timestamp,
} from '@fairlead/kube-core'

import { resourceName, servedApiVersion } from '../definitions/resource-definition.ts'
import { changeObject } from './change-object.ts'
import { createOrChange } from './create-or-change.ts'
import { insertObject } from './create-object.ts'
import { decodeKnownFields, decodeObject } from './decode-object.ts'
import { asObjectOf } from './object-body.ts'
import { resetFields } from './reset-fields.ts'
import type { WriteContext } from './resource-context.ts'
import type { ObjectTarget } from './resource-target.ts'
import type { WriteResult } from './update-object.ts'
import type { WriteOptions } from './write-options.ts'

export type PatchType = 'json' | 'merge' | 'strategic'

/** Applies a JSON, merge or strategic merge patch to an object. @throws StatusError */
export async function patchObject(
  context: WriteContext,
  target: ObjectTarget,
  type: PatchType,
  patch: unknown,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const { definition } = target
  if (type === 'strategic' && definition.origin === 'custom') {
    throw errors.unsupportedMediaType(
      'the body of the request was in an unknown format - accepted media types include: ' +
        'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    )
  }
  return changeObject(
    context,
    target,
    (current) => decodeObject(definition, patched(current), options, strictError),
    options,
    'track',
  )

  function patched(current: KubernetesObject): unknown {
    const result = applyPatch(type, current, patch, target)
    return isJsonObject(result)
      ? { apiVersion: servedApiVersion(definition), kind: definition.kind, ...result }
      : result
  }
  function strictError(message: string): Error {
    return errors.invalid('', '', [
      { type: 'Invalid', field: 'patch', badValue: JSON.stringify(patch), detail: message },
    ])
  }
}

function applyPatch(
  type: PatchType,
  current: KubernetesObject,
  patch: unknown,
  { definition }: ObjectTarget,
): unknown {
  switch (type) {
    case 'json':
      return applyJsonPatch(current, patch)
    case 'merge':
      return applyMergePatch(current, patch)
    case 'strategic':
      return applyStrategicMergePatch(current, patch, definition.schema)
  }
}

/**
 * Server-side apply: creates the object or takes ownership of the given fields.
 * @throws StatusError
 */
export async function applyObject(
  context: WriteContext,
  target: ObjectTarget,
  body: unknown,
  options: WriteOptions & { readonly force: boolean },
): Promise<WriteResult> {
  const { definition } = target
  const applied = decodeApplied(target, body, options)
  const change = () => changeObject(context, target, merged, options, 'keep')
  if (target.subresource !== undefined) return { object: await change(), created: false }
  const create = async () => insertObject(context, target, merged(undefined), options, 'keep')
  return createOrChange(context, target, { create, change })

  function merged(live: KubernetesObject | undefined): KubernetesObject {
    checkUid(target, applied, live)
    const result = serverSideApply({
      live,
      applied,
      schema: definition.schema,
      manager: options.fieldManager,
      force: options.force,
      now: timestamp(context.clock.now()),
      ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
      ...resetFields(target),
    })
    return decodeObject(definition, result, { fieldValidation: 'Ignore', warn: options.warn })
  }
}

function decodeApplied(
  target: ObjectTarget,
  body: unknown,
  options: WriteOptions,
): KubernetesObject {
  const { definition } = target
  const applied = asObjectOf(definition, body)
  if (applied.metadata.managedFields !== undefined && applied.metadata.managedFields !== null) {
    throw errors.badRequest('metadata.managedFields must be nil')
  }
  // Only to report unknown fields and wrong types.
  decodeKnownFields(definition, body, options, (message) => errors.badRequest(message))
  const { name = target.name, namespace = target.namespace } = applied.metadata
  if (name !== target.name) {
    throw errors.badRequest(
      `the name of the object (${name}) does not match the name on the URL (${target.name})`,
    )
  }
  const metadata = definition.namespaced
    ? { ...applied.metadata, name, namespace }
    : { ...applied.metadata, name }
  return { ...applied, metadata }
}

function checkUid(
  target: ObjectTarget,
  applied: KubernetesObject,
  live: KubernetesObject | undefined,
): void {
  const { uid } = applied.metadata
  if (!uid || uid === live?.metadata.uid) return
  throw errors.conflict(
    resourceName(target.definition),
    target.name,
    live === undefined
      ? `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
      : `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
  )
}
