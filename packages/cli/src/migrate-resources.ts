import { formerVersion } from '@fairlead/api'
import { sleep, systemClock, type Logger } from '@fairlead/base'
import { migrationsOf, upgradeResource } from '@fairlead/config'
import type { Client } from '@fairlead/controller-runtime'
import {
  isConflict,
  isInvalid,
  isNotFound,
  type CustomResourceDefinitionObject,
  type DefinedResource,
  type KubernetesObject,
  type TypedObject,
  untyped,
} from '@fairlead/kube-core'
import { CustomResourceDefinition } from '@fairlead/kube-types'

/** Annotation of a definition: the migrations that its stored objects have completed. */
const migrationsAnnotation = 'fairlead.dev/migrations'

/** How long an API server may take to apply a changed definition. */
const inForceTimeoutMs = 30_000
const inForceIntervalMs = 100

/** Maximum number of conflicts with other writers of an object. */
const conflictAttemptsMax = 10

/** How often all objects of a kind are looked through. */
const passesMax = 20

/** A field that no schema has: it is kept only while the definition preserves unknown fields. */
const probeField = 'fairleadMigrationProbe'

interface MigrateOptions {
  readonly client: Client
  /** The field manager. */
  readonly fieldManager: string
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** A kind whose stored objects may have an older shape. */
interface Migrated {
  /** What is to be installed. */
  readonly definition: CustomResourceDefinitionObject
  readonly installed: CustomResourceDefinition
  /** The kind in v1alpha1. */
  readonly type: DefinedResource<TypedObject>
}

/** Whether objects may be stored in v1alpha1. */
export function isStored({ status }: CustomResourceDefinition): boolean {
  return status?.storedVersions?.includes(formerVersion) ?? false
}

/** The definition of a kind, annotated that its stored objects need no migration. */
export function migratedDefinition(
  crd: CustomResourceDefinitionObject,
): CustomResourceDefinitionObject {
  const names = migrationsOf(crd.spec.names.kind)
  if (names.length === 0) return crd
  const annotations = { ...crd.metadata.annotations, [migrationsAnnotation]: names.join(',') }
  return { ...crd, metadata: { ...crd.metadata, annotations } }
}

/**
 * Brings the stored objects of v1alpha1 of a kind that have an older shape of that version into its
 * last one, before the current definition is installed. Meanwhile the installed definition accepts
 * and preserves everything in `spec`, because the old definition rejects the new shape and the
 * current one prunes and rejects the old shape. They stay in v1alpha1.
 * Resolves at once for a kind that is not installed or has been migrated. Can be interrupted at any
 * time and run again: nothing is lost, and migrated objects are left as they are. Install the current
 * definition right after it: what is written in the old shape in between loses its old fields.
 */
export async function migrateResources(
  { definition, installed, type }: Migrated,
  options: MigrateOptions,
): Promise<void> {
  const { client, fieldManager, signal } = options
  const wanted = migratedDefinition(definition).metadata.annotations?.[migrationsAnnotation]
  const done = installed.metadata.annotations?.[migrationsAnnotation]
  if (wanted === done || !isStored(installed)) return
  if ((await objectsOf(type, options)).length === 0) return
  const relaxed = relaxedDefinition(definition)
  await client.apply(CustomResourceDefinition, relaxed, { fieldManager, force: true, signal })
  await inForce(type, options)
  // Until a pass finds nothing: others may write objects of the old shape meanwhile.
  for (let pass = 1; await rewriteAll(type, options); pass++) {
    if (pass === passesMax) {
      throw new Error(
        `${type.plural} of an older shape are written faster than they are migrated; stop what ` +
          'writes them, then start again',
      )
    }
  }
}

/** Whether an object had to be rewritten. */
async function rewriteAll(
  type: DefinedResource<TypedObject>,
  options: MigrateOptions,
): Promise<boolean> {
  let rewritten = false
  for (const object of await objectsOf(type, options)) {
    if (await rewrite(type, object, options)) rewritten = true
  }
  return rewritten
}

async function objectsOf(
  type: DefinedResource<TypedObject>,
  { client, signal }: MigrateOptions,
): Promise<readonly KubernetesObject[]> {
  const { items } = await client.list(untyped(type), { signal })
  return items
}

/**
 * The definition with a spec in which nothing is pruned, defaulted or rejected, and in which v1alpha1
 * is served and stored.
 */
function relaxedDefinition(crd: CustomResourceDefinitionObject): CustomResourceDefinitionObject {
  const versions = crd.spec.versions.map((version) => {
    const schema = version.schema?.openAPIV3Schema
    const properties = {
      ...schema?.properties,
      spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    }
    const storage = version.name === formerVersion
    const relaxed = { openAPIV3Schema: { ...schema, properties } }
    return { ...version, served: true, storage, schema: relaxed }
  })
  return { ...crd, spec: { ...crd.spec, versions } }
}

/**
 * API servers apply a changed definition shortly after storing it and do not signal when. A dry-run
 * update reveals it: the probe is returned only when unknown fields are preserved.
 */
async function inForce(type: DefinedResource<TypedObject>, options: MigrateOptions): Promise<void> {
  const { signal } = options
  const giveUpAtMs = systemClock.monotonicMs() + inForceTimeoutMs
  while (systemClock.monotonicMs() < giveUpAtMs) {
    const [object] = await objectsOf(type, options)
    if (object === undefined || (await keepsUnknownFields(type, object, options))) return
    await sleep(systemClock, inForceIntervalMs, signal)
  }
  throw new Error(
    `the API server still validates ${type.plural} with an older definition; start again to ` +
      'continue their migration',
  )
}

async function keepsUnknownFields(
  type: DefinedResource<TypedObject>,
  object: KubernetesObject,
  { client, fieldManager, signal }: MigrateOptions,
): Promise<boolean> {
  const spec = { ...(object.spec as object), [probeField]: true }
  try {
    const options = { fieldManager, dryRun: true, fieldValidation: 'Ignore', signal } as const
    const answer = await client.update(untyped(type), { ...object, spec }, options)
    return probeField in (answer.spec as object)
  } catch (error) {
    if (isInvalid(error) || isConflict(error) || isNotFound(error)) return false
    throw error
  }
}

/** Whether the object had an older shape. */
async function rewrite(
  type: DefinedResource<TypedObject>,
  first: KubernetesObject,
  { client, fieldManager, logger, signal }: MigrateOptions,
): Promise<boolean> {
  let object = first
  for (let attempt = 1; ; attempt++) {
    const { resource, changes } = upgradeResource(object)
    if (changes.length === 0) return false
    const { namespace, name = '' } = resource.metadata
    try {
      await client.update(untyped(type), resource, { fieldManager, signal })
      logger.info({ kind: type.kind, namespace, name, changes }, 'resource migrated')
      return true
    } catch (error) {
      if (isNotFound(error)) return true
      if (!isConflict(error) || attempt === conflictAttemptsMax) throw error
    }
    const key = { name, ...(namespace !== undefined && { namespace }) }
    try {
      object = await client.get(untyped(type), key, { signal })
    } catch (error) {
      if (isNotFound(error)) return true
      throw error
    }
  }
}
