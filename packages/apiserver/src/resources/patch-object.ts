import { isJsonObject, type JsonObject } from '@fairlead/base'
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  errors,
  objectMetaFields,
  goFormat,
  StatusError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { servedApiVersion, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { changeObject } from './change-object.ts'
import { decodeObject } from './decode-object.ts'
import type { WriteContext } from './resource-context.ts'
import type { ObjectTarget } from './resource-target.ts'
import type { WriteOptions } from './write-options.ts'

export type PatchType = 'json' | 'merge' | 'strategic'

/**
 * Applies a JSON, merge or strategic merge patch to an object.
 * @param read reads the patch, once the object has been found
 * @throws StatusError
 */
export async function patchObject(
  context: WriteContext,
  target: ObjectTarget,
  type: PatchType,
  read: () => unknown,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const { definition } = target
  let patch: unknown
  const change = (current: KubernetesObject) => {
    patch ??= read()
    return patchedObject(definition, type, current, patch, options)
  }
  return changeObject(context, target, change, options, 'track')
}

/** What a patch makes of an object. @throws StatusError */
export function patchedObject(
  definition: ResourceDefinition,
  type: PatchType,
  current: KubernetesObject,
  patch: unknown,
  options: WriteOptions,
): KubernetesObject {
  const result = applyPatch(type, current, patch, definition)
  const refuse = (message: string): Error =>
    refused(
      type === 'strategic' ? goFormat(patch) : patchedText(definition, result, patch),
      message,
    )
  const body = isJsonObject(result)
    ? { apiVersion: servedApiVersion(definition), kind: definition.kind, ...result }
    : result
  return decodePatched(definition, body, options, refuse)
}

/** What is of another kind after a patch is refused as a whole. */
function decodePatched(
  definition: ResourceDefinition,
  body: unknown,
  options: WriteOptions,
  refuse: (message: string) => Error,
): KubernetesObject {
  try {
    return decodeObject(definition, body, options, refuse)
  } catch (error) {
    const heading = `cannot be handled as a ${definition.kind}: `
    const start = error instanceof StatusError ? error.message.indexOf(heading) : -1
    if (!(error instanceof StatusError) || start < 0) throw error
    throw refuse(error.message.slice(start + heading.length))
  }
}

function refused(patched: string, detail: string): Error {
  return errors.invalid('', '', [{ type: 'Invalid', field: 'patch', badValue: patched, detail }])
}

/**
 * The patched object as the real server shows it: what a patch has touched is in the order of its
 * names, and other metadata in the order of its type. Custom kinds have no type, and all of them is
 * in the order of names.
 */
function patchedText({ origin }: ResourceDefinition, patched: unknown, patch: unknown): string {
  if (origin === 'custom') return JSON.stringify(sorted(patched))
  if (!isJsonObject(patched)) return JSON.stringify(patched)
  const { metadata } = patched
  const ordered = isJsonObject(metadata)
    ? { ...patched, metadata: inOrder(metadata, objectMetaFields) }
    : patched
  return JSON.stringify(sortedWhereTouched(ordered, isJsonObject(patch) ? patch : {}))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value).map(([name, each]) => [name, sorted(each)] as const)
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function sortedWhereTouched(patched: JsonObject, patch: JsonObject): JsonObject {
  const entries = Object.entries(patched).map(([name, value]) => {
    const touched = patch[name]
    const isTouched = isJsonObject(value) && isJsonObject(touched)
    return [name, isTouched ? sortedWhereTouched(value, touched) : value] as const
  })
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function inOrder(object: JsonObject, names: readonly string[]): JsonObject {
  const known = names.filter((name) => Object.hasOwn(object, name))
  return { ...Object.fromEntries(known.map((name) => [name, object[name]])), ...object }
}

function applyPatch(
  type: PatchType,
  current: KubernetesObject,
  patch: unknown,
  definition: ResourceDefinition,
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
