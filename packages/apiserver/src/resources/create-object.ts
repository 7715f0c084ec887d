import { randomUUID } from 'node:crypto'

import {
  copyJson,
  errors,
  generateName,
  nameGenerationAttemptsMax,
  StatusError,
  trackUpdate,
  type KubernetesObject,
  timestamp,
} from '@fairlead/kube-core'

import { servedForm, storedForm } from '../definitions/convert.ts'
import {
  resourceName,
  type MutableObject,
  type ResourceDefinition,
} from '../definitions/resource-definition.ts'
import { creation, mutated } from './admit.ts'
import { decodeObject } from './decode-object.ts'
import { storeEmptyValues } from './given-empty.ts'
import { matchNamespace } from './match-request.ts'
import { removeDuplicateOwners } from './owner-references.ts'
import { resetFields } from './reset-fields.ts'
import type { ResourceContext, WriteContext } from './resource-context.ts'
import { storageKeyOf, type CollectionTarget } from './resource-target.ts'
import { validateNewObject } from './validate-object.ts'
import type { WriteOptions } from './write-options.ts'

/** Creates an object from a client's body. @throws StatusError */
export async function createObject(
  context: WriteContext,
  target: CollectionTarget,
  body: unknown,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const object = decodeObject(target.definition, body, options)
  return insertObject(context, target, object, options, 'track')
}

/**
 * Creates a decoded object. With `keep` its managedFields are stored as they are, because
 * server-side apply has already computed them; with `track` the manager becomes the owner of all
 * its fields.
 *
 * Waits for nothing but admission and conversion: without them, all happens before the call returns
 * its promise.
 */
export async function insertObject(
  context: WriteContext,
  target: CollectionTarget,
  decoded: KubernetesObject,
  options: WriteOptions,
  managedFields: 'track' | 'keep',
): Promise<KubernetesObject> {
  const { definition } = target
  const requested = withoutSystemFields(copyJson(decoded))
  removeDuplicateOwners(requested, options.warn, 'before admission')
  matchNamespace(target, requested)
  refuseWhereForbidden(definition)
  // Nobody owns what admission and the server add.
  const tracked = managedFields === 'keep' ? requested : track(context, target, requested, options)
  const intended = creation(context, target, requested.metadata.name ?? '', options)
  const admitted = mutated(context, intended, tracked)
  const wanted = admitted instanceof Promise ? await admitted : admitted
  const object = wanted === tracked ? tracked : copyJson(wanted)
  removeDuplicateOwners(object, options.warn, 'after admission')
  const attempts = object.metadata.name ? 1 : nameGenerationAttemptsMax
  const generateFrom = object.metadata.name ? undefined : object.metadata.generateName
  const { storage, random } = context
  if (generateFrom) object.metadata.name = generateName(generateFrom, random)
  storeEmptyValues(object, decoded)
  prepare(context, definition, object, options)
  const release = definition.writeRules.reserve?.(object, {
    dryRun: options.dryRun,
    storage,
    random,
  })
  try {
    for (let attempt = 1; ; attempt++) {
      if (generateFrom && attempt > 1) object.metadata.name = generateName(generateFrom, random)
      validateNewObject(definition, object, decoded)
      if (attempt === 1) warn(definition, object, options)
      const verdict = context.admission.validate({ ...intended, object })
      if (verdict !== undefined) await verdict
      if (!options.dryRun) refuseResourceVersion(object)
      const name = object.metadata.name ?? ''
      const key = storageKeyOf({ ...target, name })
      // What is read from the storage has the defaults of all that was added to it.
      definition.writeRules.defaults?.(object)
      const form = options.dryRun ? object : storedForm(definition, object)
      const written = form instanceof Promise ? await form : form
      if (storage.get(key) === undefined) {
        if (options.dryRun) return object
        return await servedForm(definition, storage.create(key, written))
      }
      if (attempt < attempts) continue
      throw generateFrom
        ? errors.generateNameConflict(resourceName(definition), name)
        : errors.alreadyExists(resourceName(definition), name)
    }
  } finally {
    release?.()
  }
}

function warn(
  { writeRules }: ResourceDefinition,
  object: KubernetesObject,
  options: WriteOptions,
): void {
  for (const warning of writeRules.warnings?.(object) ?? []) options.warn(warning)
}

/** As WipeObjectMetaSystemFields in apiserver. */
function withoutSystemFields(object: MutableObject): MutableObject {
  const { metadata } = object
  delete metadata.uid
  delete metadata.creationTimestamp
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.selfLink
  return object
}

/** As the store's Create, which a dry run does not reach. */
function refuseResourceVersion({ metadata }: KubernetesObject): void {
  const { resourceVersion = '' } = metadata
  if (/^\d+$/.test(resourceVersion) && Number(resourceVersion) !== 0) {
    // A real server answers 500, with these words.
    throw errors.badRequest('resourceVersion should not be set on objects to be created')
  }
}

function refuseWhereForbidden(definition: ResourceDefinition): void {
  const message = definition.creationForbidden
  if (message === undefined) return
  const { status } = errors.methodNotSupported(resourceName(definition), 'create')
  throw new StatusError({ ...status, message })
}

function prepare(
  context: ResourceContext,
  definition: ResourceDefinition,
  object: MutableObject,
  options: WriteOptions,
): void {
  const { metadata } = object
  metadata.uid = randomUUID()
  metadata.creationTimestamp = timestamp(context.clock.now())
  if (definition.hasGeneration) metadata.generation = 1
  if (definition.hasStatusSubresource && definition.createdWithStatus !== true) {
    resetStatus(definition, object)
  }
  definition.writeRules.prepareForCreate?.(object, options.warn)
}

/** Nobody creates an object of most kinds with a status. */
function resetStatus({ empty }: ResourceDefinition, object: MutableObject): void {
  const status = empty?.['status']
  if (status === undefined) delete object['status']
  else object['status'] = copyJson(status)
}

function track(
  context: ResourceContext,
  target: CollectionTarget,
  object: KubernetesObject,
  options: WriteOptions,
): KubernetesObject {
  return trackUpdate({
    before: undefined,
    empty: target.definition.empty,
    after: object,
    schema: target.definition.schema,
    manager: options.fieldManager,
    now: timestamp(context.clock.now()),
    ...resetFields(target),
  })
}
