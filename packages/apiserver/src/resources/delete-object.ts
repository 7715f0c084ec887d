import { numberOrUndefined } from '@fairlead/base'
import {
  copyJson,
  deepEqual,
  errors,
  foregroundDeletionFinalizer,
  orphanFinalizer,
  qualifiedKind,
  type KubernetesObject,
  timestamp,
} from '@fairlead/kube-core'

import { servedForm } from '../definitions/convert.ts'
import { resourceName, type MutableObject } from '../definitions/resource-definition.ts'
import { RevisionMismatchError } from '../storage/storage-error.ts'
import { deletion } from './admit.ts'
import type { DeleteOptions } from './delete-options.ts'
import { isDone } from './deletion-state.ts'
import type { ResourceContext, WriteContext } from './resource-context.ts'
import { storageKeyOf, type ObjectTarget } from './resource-target.ts'

/** How often a deletion is tried before its caller is told of a conflict. */
const attemptsMax = 5

interface DeleteResult {
  readonly object: KubernetesObject
  /** False while finalizers keep the object. */
  readonly gone: boolean
}

/**
 * Deletes an object, or sets its deletionTimestamp while finalizers keep it. The propagation policy
 * is a finalizer too: the garbage collector removes it when it is done. When somebody else changes
 * the object in between, it is read again, up to five times.
 *
 * Waits for nothing but admission and conversion: without them, all happens before the call returns
 * its promise.
 *
 * @throws StatusError 404, 409, 403
 */
export async function deleteObject(
  context: WriteContext,
  target: ObjectTarget,
  options: DeleteOptions,
): Promise<DeleteResult> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryToDelete(context, target, options)
    } catch (error) {
      if (!(error instanceof RevisionMismatchError)) throw error
      if (attempt === attemptsMax)
        throw errors.conflict(resourceName(target.definition), target.name)
    }
  }
}

/** @throws RevisionMismatchError when the object was changed since it was read here */
async function tryToDelete(
  context: WriteContext,
  target: ObjectTarget,
  options: DeleteOptions,
): Promise<DeleteResult> {
  const { definition } = target
  const key = storageKeyOf(target)
  const stored = context.storage.get(key)
  if (stored === undefined) throw errors.notFound(resourceName(definition), target.name)
  checkPreconditions(target, stored, options)
  const found = servedForm(definition, stored)
  const oldObject = found instanceof Promise ? await found : found
  const request = { ...deletion(context, target, options), oldObject }
  const admitted = context.admission.mutate(request)
  if (admitted instanceof Promise) await admitted
  const verdict = context.admission.validate(request)
  if (verdict !== undefined) await verdict
  const marked = markDeleted(context, target, stored, options)
  if (isDone(marked)) {
    if (options.dryRun) return { object: await servedForm(definition, marked), gone: true }
    const isTimed = definition.writeRules.gracePeriodSeconds !== undefined
    // What can be given time is marked, also when it is given none: whoever watches sees both.
    const last =
      !isTimed || deepEqual(marked, stored)
        ? stored
        : context.storage.update(key, marked, stored.metadata.resourceVersion ?? '')
    const gone = context.storage.delete(key, last.metadata.resourceVersion ?? '')
    return { object: await servedForm(definition, gone), gone: true }
  }
  if (options.dryRun || deepEqual(marked, stored)) {
    return { object: await servedForm(definition, marked), gone: false }
  }
  const written = context.storage.update(key, marked, stored.metadata.resourceVersion ?? '')
  return { object: await servedForm(definition, written), gone: false }
}

/**
 * As BeforeDelete in apiserver, which names the kind where others name the resource. Kinds that a
 * controller deletes have words of their own.
 */
function checkPreconditions(
  { definition, name }: ObjectTarget,
  stored: KubernetesObject,
  { preconditions }: DeleteOptions,
): void {
  for (const [field, label, happened] of [
    ['uid', 'UID', 'deleted and then recreated'],
    ['resourceVersion', 'ResourceVersion', 'modified'],
  ] as const) {
    const wanted = preconditions[field]
    const found = stored.metadata[field]
    if (wanted === undefined || wanted === found) continue
    if (definition.marksDeletedItself === true) {
      throw errors.conflict(
        resourceName(definition),
        name,
        `Precondition failed: ${label} in precondition: ${wanted}, ${label} in object meta: ${found}`,
      )
    }
    throw errors.conflict(
      qualifiedKind(definition),
      name,
      `the ${label} in the precondition (${wanted}) does not match the ${label} in record (${found}). ` +
        `The object might have been ${happened}`,
    )
  }
}

function markDeleted(
  context: ResourceContext,
  target: ObjectTarget,
  stored: KubernetesObject,
  options: DeleteOptions,
): KubernetesObject {
  const marked: MutableObject = copyJson(stored)
  const { metadata } = marked
  if (isEnding(target, stored, options)) return marked
  metadata.finalizers = finalizersFor(metadata.finalizers ?? [], policyOf(target, options))
  if (metadata.finalizers.length === 0) delete metadata.finalizers
  const { writeRules } = target.definition
  if (metadata.deletionTimestamp === undefined) {
    const period = writeRules.gracePeriodSeconds?.(stored, options.gracePeriodSeconds) ?? 0
    metadata.deletionTimestamp = timestamp(context.clock.now() + period * 1000)
    if (target.definition.marksDeletedItself !== true) {
      metadata.deletionGracePeriodSeconds = period
      // A kind that does not count keeps what its client sent, which may have 64 bits.
      const generation = numberOrUndefined(metadata.generation) ?? 0
      if (generation > 0) metadata.generation = generation + 1
    }
    writeRules.prepareForDelete?.(marked, metadata.deletionTimestamp)
  } else if (writeRules.gracePeriodSeconds !== undefined) {
    shorten(metadata, options.gracePeriodSeconds)
  }
  return marked
}

/** Whether an object has been given time, and whoever asks again leaves it at that. */
function isEnding(
  { definition }: ObjectTarget,
  { metadata }: KubernetesObject,
  { gracePeriodSeconds: requested }: DeleteOptions,
): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds: given = 0 } = metadata
  if (definition.writeRules.gracePeriodSeconds === undefined) return false
  if (deletionTimestamp === undefined || given === 0) return false
  return requested === undefined || atLeastOne(requested) >= given
}

/** Less than nothing is a second, the least time that there is. */
function atLeastOne(requested: number): number {
  return requested < 0 ? 1 : requested
}

/** Whoever asks again can only give less time. As BeforeDelete in apiserver. */
function shorten(metadata: MutableObject['metadata'], requested: number | undefined): void {
  const { deletionTimestamp = '', deletionGracePeriodSeconds: given = 0 } = metadata
  if (requested === undefined) return
  const period = atLeastOne(requested)
  if (period >= given) return
  metadata.deletionTimestamp = timestamp(Date.parse(deletionTimestamp) - (given - period) * 1000)
  metadata.deletionGracePeriodSeconds = period
}

/** Undefined: what the object's finalizers say already, or else nothing. */
function policyOf(
  { definition }: ObjectTarget,
  { propagationPolicy, orphanDependents }: DeleteOptions,
): DeleteOptions['propagationPolicy'] | 'default orphan' {
  if (definition.hasDependents === false) return 'Background'
  if (propagationPolicy !== undefined) return propagationPolicy
  if (orphanDependents !== undefined) return orphanDependents ? 'Orphan' : 'Background'
  return definition.orphansByDefault ? 'default orphan' : undefined
}

/** As deletionFinalizersForGarbageCollection in apiserver's generic registry. */
function finalizersFor(
  finalizers: readonly string[],
  policy: ReturnType<typeof policyOf>,
): string[] {
  if (policy === undefined) return [...finalizers]
  const others = finalizers.filter(
    (each) => each !== orphanFinalizer && each !== foregroundDeletionFinalizer,
  )
  switch (policy) {
    case 'default orphan':
      return others.length < finalizers.length ? [...finalizers] : [...others, orphanFinalizer]
    case 'Orphan':
      return [...others, orphanFinalizer]
    case 'Foreground':
      return [...others, foregroundDeletionFinalizer]
    case 'Background':
      return others
  }
}
