import { errors, type KubernetesObject } from '@fairlead/kube-core'

import { changeObject, type Transform } from './change-object.ts'
import { createOrChange } from './create-or-change.ts'
import { insertObject } from './create-object.ts'
import { decodeObject } from './decode-object.ts'
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
    const resourceVersion = decoded.metadata.resourceVersion || unconditional(target, current)
    return { ...decoded, metadata: { ...decoded.metadata, resourceVersion } }
  }
  const change = () => changeObject(context, target, transform, options, 'track')
  if (!definition.createOnUpdate || target.subresource !== undefined) {
    return { object: await change(), created: false }
  }
  const create = () => insertObject(context, target, decoded, options, 'track')
  return createOrChange(context, target, { create, change })
}

function matchName(target: ObjectTarget, object: KubernetesObject): void {
  const { name } = object.metadata
  if (!name) throw errors.badRequest('name must be provided')
  if (name !== target.name) {
    throw errors.badRequest(
      `the name of the object (${name}) does not match the name on the URL (${target.name})`,
    )
  }
}

/** Built-in kinds allow unconditional updates; custom resources need a resourceVersion. */
function unconditional(target: ObjectTarget, current: KubernetesObject): string {
  if (target.definition.origin === 'built-in') return current.metadata.resourceVersion ?? ''
  const { group, kind } = target.definition
  throw errors.invalid(`${kind}.${group}`, target.name, [
    {
      type: 'Invalid',
      field: 'metadata.resourceVersion',
      badValue: 0,
      detail: 'must be specified for an update',
    },
  ])
}
