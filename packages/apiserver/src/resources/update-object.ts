import { errors, type KubernetesObject } from '@fairlead/kube-core'

import { resourceName } from '../definitions/resource-definition.ts'
import { changeObject, type Transform } from './change-object.ts'
import { createOrChange } from './create-or-change.ts'
import { insertObject } from './create-object.ts'
import { decodeObject } from './decode-object.ts'
import { matchName } from './match-request.ts'
import { registryKey } from './registry-key.ts'
import type { WriteContext } from './resource-context.ts'
import type { ObjectTarget } from './resource-target.ts'
import type { WriteOptions } from './write-options.ts'

export interface WriteResult {
  readonly object: KubernetesObject
  readonly created: boolean
}

/** Replaces an object or, through a subresource, part of it. @throws StatusError */
export async function updateObject(
  context: WriteContext,
  target: ObjectTarget,
  body: unknown,
  options: WriteOptions,
): Promise<WriteResult> {
  const { definition } = target
  const decoded = decodeObject(definition, body, options)
  matchName(target, decoded)
  const transform: Transform = (current) => {
    checkUid(target, decoded, current)
    return decoded
  }
  const change = () => changeObject(context, target, transform, options, 'track')
  if (!definition.createOnUpdate || target.subresource !== undefined) {
    return { object: await change(), created: false }
  }
  const { resourceVersion: _, ...metadata } = decoded.metadata
  const create = () => insertObject(context, target, { ...decoded, metadata }, options, 'track')
  return createOrChange(context, target, { create, change })
}

/** The uid in an update is its precondition. @throws StatusError 409 */
function checkUid(
  target: ObjectTarget,
  { metadata }: KubernetesObject,
  current: KubernetesObject,
): void {
  const { uid } = metadata
  if (!uid || uid === current.metadata.uid) return
  throw errors.conflict(
    resourceName(target.definition),
    target.name,
    `StorageError: invalid object, Code: 4, Key: ${registryKey(target)}, ResourceVersion: 0, ` +
      `AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, ` +
      `UID in object meta: ${current.metadata.uid}`,
  )
}
