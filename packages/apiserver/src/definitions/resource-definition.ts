import type { Random } from '@fairlead/base'
import {
  qualifiedResource,
  type FieldError,
  type FieldPath,
  type KubernetesObject,
  type NameRule,
  type ResourceType,
  type RuleSet,
  type SchemaValidator,
  type StructuralSchema,
} from '@fairlead/kube-core'

import type { BuiltInSubresource } from '../api-types/built-in-resource.ts'
import type { ReviewContext } from '../auth/review-context.ts'
import type { Storage } from '../storage/storage.ts'
import type { PrinterColumn, RowCondition } from './printer-column.ts'

/** A copy of an object that its holder may still change. */
export type MutableObject = KubernetesObject

/** The circumstances of a write that reserves something. */
export interface Reservation {
  /** Of an update. */
  readonly previous?: KubernetesObject
  readonly dryRun: boolean
  readonly storage: Storage
  readonly random: Random
}

/** The circumstances of an update. */
interface Update {
  readonly subresource?: string
  /** RFC 3339, in seconds. */
  readonly now: string
}

/** What one kind does differently from all others, called at fixed points of a write. */
interface WriteRules {
  /** Fills in what a client left out; called for what is decoded in every write, also of a patch. */
  defaults?(object: MutableObject): void
  /** Defaults or normalises what the client may omit or write differently. */
  prepareForCreate?(object: MutableObject, warn: (warning: string) => void): void
  prepareForUpdate?(object: MutableObject, previous: KubernetesObject, update: Update): void
  /**
   * Reserves what an object gets from the server, such as an address, and writes it into the object
   * before it is validated. The function that it returns is called once, when the object has been
   * written or will not be.
   */
  reserve?(object: MutableObject, reservation: Reservation): () => void
  /**
   * Validation that the schema cannot express, on create and update; `previous` and `subresource` are
   * of an update.
   */
  validate?(
    object: KubernetesObject,
    previous?: KubernetesObject,
    subresource?: string,
  ): FieldError[]
  validateUpdate?(
    object: KubernetesObject,
    previous: KubernetesObject,
    subresource?: string,
  ): FieldError[]
  /** In place of the other two for an update of `status`; without it they are used there too. */
  validateStatus?(object: KubernetesObject, previous: KubernetesObject): FieldError[]
  /** What the writer of a valid object is warned of; `previous` is of an update. */
  warnings?(object: KubernetesObject, previous?: KubernetesObject): readonly string[]
  /** Marks an object when its deletion begins, for example with a finalizer. */
  prepareForDelete?(object: MutableObject, now: string): void
  /**
   * How long an object that is deleted may take to end; it is there until then, or until it is
   * deleted at once. Without it, and with 0, an object is gone at once.
   * @param requested by whoever deletes it
   */
  gracePeriodSeconds?(object: KubernetesObject, requested: number | undefined): number
}

/** Converts between the stored form of objects and a served one. */
export interface Conversion {
  /** With `remote`, only of objects whose served form has been fetched. */
  toServed(stored: KubernetesObject): KubernetesObject
  toStored(served: KubernetesObject): KubernetesObject
  /** Where somebody else converts. */
  readonly remote?: RemoteConversion
}

/** A conversion that has to be asked for. */
export interface RemoteConversion {
  /**
   * Gets the served forms of stored objects, which `toServed` then has as long as the objects are
   * there; undefined when it has them already.
   * @throws StatusError 500, as a rejection
   */
  fetchServed(stored: readonly KubernetesObject[]): Promise<void> | undefined
  /** An object of any version of the kind in another one. @throws StatusError 500, as a rejection */
  convert(object: KubernetesObject, apiVersion: string): Promise<KubernetesObject>
}

export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

/** One resource in one served group and version: everything the server needs to know about it. */
export interface ResourceDefinition extends ResourceType {
  readonly singular: string
  readonly listKind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  /** `plural.group` under which objects are stored; shared by all versions. */
  readonly storageResource: string
  /** The apiVersion in which objects are stored. */
  readonly storageApiVersion: string
  readonly verbs: readonly string[]
  /** Built-in kinds allow strategic merge patches and updates without a resourceVersion. */
  readonly origin: 'built-in' | 'custom'
  readonly schema: StructuralSchema
  /** Of a custom kind: the schemas of all its versions, by their apiVersion. */
  readonly versionSchemas?: ReadonlyMap<string, StructuralSchema>
  /** Whether the schema says that there are objects, with metadata, in objects of this kind. */
  readonly hasEmbeddedObjects?: boolean
  /** Validates values against `schema`; kept because it compiles patterns once. */
  readonly validator: SchemaValidator
  readonly rules?: RuleSet
  /** Of a built-in kind: an object in which no field is set, as Go writes it. Absent for others. */
  readonly empty?: KubernetesObject
  /** The name under which OpenAPI publishes the schema. */
  readonly openApiName: string
  /** Of a built-in kind, as discovery lists them; a custom kind has `status` and `scale` at most. */
  readonly subresources?: readonly BuiltInSubresource[]
  readonly hasGeneration: boolean
  /** Whether a change of annotations counts as a change of what is desired. */
  readonly annotationsCount?: boolean
  readonly hasStatusSubresource: boolean
  /** Whether an object can be created with a status, although there is the subresource. */
  readonly createdWithStatus?: boolean
  /** Fields that an update of `status` leaves as they are; all but the status when absent. */
  readonly statusKeeps?: readonly FieldPath[]
  /** Subresources, beside `status`, that are the object, of which an update changes a part. */
  readonly objectSubresources?: readonly string[]
  /** The one field that whoever writes to one of these can own, by subresource; any when absent. */
  readonly onlyFields?: Readonly<Record<string, FieldPath>>
  readonly scale?: ScalePaths
  readonly nameRule: NameRule
  /** Whether an update creates an object that is missing. */
  readonly createOnUpdate: boolean
  /** Whether an update may leave out the resource version. */
  readonly unconditionalUpdate: boolean
  /** Whether a deletion is answered with the object that was deleted. */
  readonly returnsDeleted: boolean
  /** Whether dependents stay when a deletion says nothing of them. */
  readonly orphansByDefault: boolean
  /** Whether a deletion can wait for dependents, or leave them; so it is when absent. */
  readonly hasDependents?: boolean
  /** Whether the kind's own storage marks what is deleted, without a period or a new generation. */
  readonly marksDeletedItself?: boolean
  readonly columns: readonly PrinterColumn[]
  /** What a Table says of an object's row as a whole; undefined when there is nothing to say. */
  readonly rowConditions?: (object: KubernetesObject) => readonly RowCondition[] | undefined
  /** In which order the objects of a list are shown in a Table; as in the list when absent. */
  readonly rowOrder?: (one: KubernetesObject, other: KubernetesObject) => number
  /** Fields that a field selector may use, besides metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[]
  /** The value of such a field that is not the one at its path; undefined for all others. */
  readonly selectableValue?: (object: KubernetesObject, path: string) => string | undefined
  readonly writeRules: WriteRules
  readonly conversion?: Conversion
  /** The revision since which the kind is served in this way; what was before cannot be watched. */
  readonly servedSince?: number
  /** Why creates are refused at the moment, for example because the kind is being removed. */
  readonly creationForbidden?: string
  /** Deprecation warning, sent to every client that uses this version. */
  readonly deprecationWarning?: string
  /**
   * For virtual kinds such as reviews: a create is answered with the result and nothing is stored.
   */
  readonly review?: (question: KubernetesObject, context: ReviewContext) => KubernetesObject
}

/** In the order in which the real server names them for custom kinds. */
export const allVerbs = [
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'create',
  'update',
  'watch',
] as const

/** `deployments.apps`: the resource's name in messages. */
export function resourceName(definition: ResourceDefinition): string {
  return qualifiedResource(definition)
}

/** Converts a stored object to this served group and version. */
export function toServed(
  definition: ResourceDefinition,
  stored: KubernetesObject,
): KubernetesObject {
  if (definition.conversion) return definition.conversion.toServed(stored)
  const apiVersion = servedApiVersion(definition)
  return stored.apiVersion === apiVersion ? stored : { ...stored, apiVersion }
}

/** Converts a served object to its stored form. */
export function toStored(
  definition: ResourceDefinition,
  served: KubernetesObject,
): KubernetesObject {
  if (definition.conversion) return definition.conversion.toStored(served)
  const apiVersion = definition.storageApiVersion
  return served.apiVersion === apiVersion ? served : { ...served, apiVersion }
}

export function servedApiVersion(definition: ResourceDefinition): string {
  const { group, version } = definition
  return group === '' ? version : `${group}/${version}`
}
