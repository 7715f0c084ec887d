import {
  copyJson,
  copyUnfrozen,
  deepEqual,
  errors,
  GoSyntax,
  trackUpdate,
  type FieldPath,
  type KubernetesObject,
  timestamp,
} from '@fairlead/kube-core'

import { servedForm, storedForm } from '../definitions/convert.ts'
import {
  resourceName,
  type MutableObject,
  type ResourceDefinition,
} from '../definitions/resource-definition.ts'
import { parseObjectVersion } from '../exchange/query-parameters.ts'
import { recordAt } from '../definitions/fields.ts'
import { RevisionMismatchError } from '../storage/storage-error.ts'
import { admissionView } from './admission-view.ts'
import { change, mutated } from './admit.ts'
import { isDone } from './deletion-state.ts'
import { storeEmptyValues } from './given-empty.ts'
import { matchName, matchNamespace } from './match-request.ts'
import { removeDuplicateOwners } from './owner-references.ts'
import { resetFields } from './reset-fields.ts'
import type { ResourceContext, WriteContext } from './resource-context.ts'
import { storageKeyOf, type ObjectTarget } from './resource-target.ts'
import { isSame } from './same-object.ts'
import { validateChangedObject } from './validate-object.ts'
import type { WriteOptions } from './write-options.ts'

/** Computes the desired object from the current one, both in the served version. */
export type Transform = (current: KubernetesObject) => KubernetesObject

/** How often a change is tried before its caller is told of a conflict. */
const attemptsMax = 5

/**
 * Updates an existing object: restores fields that clients may not set, validates, maintains
 * managedFields and generation, and writes only if something changed. An object that is being
 * deleted is removed with its last finalizer. When somebody else changes it in between, it is read
 * again, up to five times.
 *
 * Waits for nothing but admission and conversion: without them, all happens before the call returns
 * its promise.
 *
 * @throws StatusError 404, 409, 422
 */
export async function changeObject(
  context: WriteContext,
  target: ObjectTarget,
  transform: Transform,
  options: WriteOptions,
  managedFields: 'track' | 'keep',
): Promise<KubernetesObject> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryToChange(context, target, transform, options, managedFields)
    } catch (error) {
      if (!(error instanceof RevisionMismatchError)) throw error
      if (attempt === attemptsMax)
        throw errors.conflict(resourceName(target.definition), target.name)
    }
  }
}

/** @throws RevisionMismatchError when the object was changed since it was read here */
async function tryToChange(
  context: WriteContext,
  target: ObjectTarget,
  transform: Transform,
  options: WriteOptions,
  managedFields: 'track' | 'keep',
): Promise<KubernetesObject> {
  const { definition } = target
  const key = storageKeyOf(target)
  const stored = context.storage.get(key)
  if (stored === undefined) throw errors.notFound(resourceName(definition), target.name)
  const found = servedForm(definition, stored)
  const current = found instanceof Promise ? await found : found
  const decoded = transform(current)
  const transformed = mutableCopy(definition, decoded)
  if (managedFields === 'track')
    removeDuplicateOwners(transformed, options.warn, 'before admission')
  matchNamespace(target, transformed)
  matchName(target, transformed)
  // Nobody owns what admission and the server change.
  const tracked =
    managedFields === 'keep'
      ? transformed
      : track(context, target, transformed, current, options.fieldManager)
  const view = admissionView(target)
  const intended = {
    ...change(context, target, options),
    ...(view.kind === undefined ? {} : { kind: view.kind }),
  }
  const oldView = view.of(current)
  const pending = mutated(context, intended, view.of(tracked), oldView)
  const admitted = view.with(tracked, pending instanceof Promise ? await pending : pending)
  const wanted = mutableCopy(definition, admitted)
  removeDuplicateOwners(wanted, options.warn, 'after admission')
  storeEmptyValues(wanted, decoded)
  checkResourceVersion(target, wanted, current)
  const next = withProtectedFields(target, wanted, current)
  const { dryRun } = options
  const { random, storage } = context
  const release =
    target.subresource === undefined
      ? definition.writeRules.reserve?.(next, { previous: current, dryRun, random, storage })
      : undefined
  try {
    definition.writeRules.prepareForUpdate?.(next, current, {
      now: timestamp(context.clock.now()),
      ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
    })
    if (definition.hasGeneration) next.metadata.generation = generationOf(target, next, current)
    validateChangedObject(definition, next, decoded, {
      previous: current,
      subresource: target.subresource,
      warn: options.warn,
    })
    if (target.subresource === undefined) warn(definition, next, current, options)
    const written = { object: view.of(next), oldObject: oldView }
    const verdict = context.admission.validate({ ...intended, ...written })
    if (verdict !== undefined) await verdict
    if (isDone(next)) {
      if (!dryRun) storage.delete(key, revisionOf(stored))
      return next
    }
    const isUnchanged = isSame(next, current)
    // What is stored in an older form is written in the present one.
    if (isUnchanged && (dryRun || stored.apiVersion === definition.storageApiVersion)) {
      return current
    }
    if (dryRun) return next
    const form = storedForm(definition, next)
    const toStore = form instanceof Promise ? await form : form
    return await servedForm(definition, storage.update(key, toStore, revisionOf(stored)))
  } finally {
    release?.()
  }
}

function warn(
  { writeRules }: ResourceDefinition,
  object: KubernetesObject,
  previous: KubernetesObject,
  options: WriteOptions,
): void {
  for (const warning of writeRules.warnings?.(object, previous) ?? []) options.warn(warning)
}

/**
 * An object whose fields and metadata may be set; for a built-in kind, whose rules may change
 * anything, also whatever is in them.
 */
function mutableCopy(definition: ResourceDefinition, object: KubernetesObject): MutableObject {
  if (definition.origin === 'built-in') return copyJson(object)
  const copy = copyUnfrozen(object)
  return { ...copy, metadata: { ...copy.metadata } }
}

function revisionOf(object: KubernetesObject): string {
  return object.metadata.resourceVersion ?? ''
}

/** As Store.Update in apiserver's generic registry. @throws StatusError 400, 409 or 422 */
function checkResourceVersion(
  { definition, name }: ObjectTarget,
  wanted: KubernetesObject,
  current: KubernetesObject,
): void {
  const resource = resourceName(definition)
  const { resourceVersion = '' } = wanted.metadata
  const version = parseObjectVersion(resourceVersion)
  if (version === 0 && definition.unconditionalUpdate) return
  if (version === 0) {
    throw errors.invalid(resource, name, [
      {
        type: 'Invalid',
        field: 'metadata.resourceVersion',
        badValue: new GoSyntax('0x0'),
        detail: 'must be specified for an update',
      },
    ])
  }
  if (resourceVersion !== current.metadata.resourceVersion) throw errors.conflict(resource, name)
}

/** The desired object, with everything restored that this endpoint must not change. */
function withProtectedFields(
  target: ObjectTarget,
  wanted: KubernetesObject,
  current: KubernetesObject,
): MutableObject {
  const next = scopeToEndpoint(target, wanted, current)
  const { metadata } = current
  next.metadata.resourceVersion = metadata.resourceVersion ?? ''
  delete next.metadata.selfLink
  restore(next, current, 'creationTimestamp')
  restore(next, current, 'generation')
  // Validation refuses another one.
  if (!next.metadata.uid) restore(next, current, 'uid')
  if (metadata.deletionTimestamp !== undefined) restore(next, current, 'deletionTimestamp')
  if (next.metadata.deletionGracePeriodSeconds === undefined) {
    restore(next, current, 'deletionGracePeriodSeconds')
  }
  return next
}

function scopeToEndpoint(
  target: ObjectTarget,
  wanted: MutableObject,
  current: KubernetesObject,
): MutableObject {
  const managedFields = wanted.metadata.managedFields
  switch (target.subresource) {
    case undefined:
      if (!target.definition.hasStatusSubresource) return wanted
      return replaceField(wanted, 'status', mutableCopy(target.definition, current)['status'])
    case 'status': {
      const kept = mutableCopy(target.definition, current)
      const next = replaceField(kept, 'status', wanted['status'])
      if (target.definition.statusKeeps !== undefined) {
        next.metadata = wanted.metadata
        keepMetadata(target.definition.statusKeeps, next, current)
      }
      if (managedFields !== undefined) next.metadata.managedFields = managedFields
      return next
    }
    default:
      return wanted
  }
}

/** Restores what an update of the status keeps of the metadata. */
function keepMetadata(
  kept: readonly FieldPath[],
  next: MutableObject,
  current: KubernetesObject,
): void {
  for (const [parent, field] of kept) {
    if (parent !== 'metadata') continue
    if (field === undefined) next.metadata = copyJson(current.metadata)
    else Object.assign(next.metadata, { [field]: copyJson(recordAt(current, 'metadata')[field]) })
  }
}

function replaceField(object: MutableObject, field: string, value: unknown): MutableObject {
  if (value === undefined) delete object[field]
  else object[field] = value
  return object
}

function restore(
  next: MutableObject,
  { metadata }: KubernetesObject,
  field:
    'uid' | 'creationTimestamp' | 'generation' | 'deletionTimestamp' | 'deletionGracePeriodSeconds',
): void {
  delete next.metadata[field]
  if (metadata[field] !== undefined) Object.assign(next.metadata, { [field]: metadata[field] })
}

/** Incremented when anything but metadata (and status, if it is a subresource) changed. */
function generationOf(
  { definition, subresource }: ObjectTarget,
  next: KubernetesObject,
  current: KubernetesObject,
): number {
  const before = current.metadata.generation ?? 0
  if (
    subresource === undefined &&
    definition.annotationsCount === true &&
    !deepEqual(next.metadata.annotations ?? {}, current.metadata.annotations ?? {})
  ) {
    return before + 1
  }
  const apart = definition.hasStatusSubresource ? ['metadata', 'status'] : ['metadata']
  const desired = (object: KubernetesObject): object =>
    Object.fromEntries(Object.entries(object).filter(([field]) => !apart.includes(field)))
  return deepEqual(desired(next), desired(current)) ? before : before + 1
}

function track(
  context: ResourceContext,
  target: ObjectTarget,
  after: KubernetesObject,
  before: KubernetesObject,
  manager: string,
): KubernetesObject {
  return trackUpdate({
    before,
    after,
    schema: target.definition.schema,
    manager,
    now: timestamp(context.clock.now()),
    ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
    ...resetFields(target),
  })
}
