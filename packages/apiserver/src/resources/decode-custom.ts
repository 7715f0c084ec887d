import { isJsonObject } from '@fairlead/base'
import {
  errors,
  hasUnknownFields,
  pruneUnknownFields,
  type KubernetesObject,
  type StructuralSchema,
} from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { decodeMessage } from '../decoding/decode-message.ts'
import { withGoNumbers } from '../decoding/json-text.ts'
import { objectMeta as objectMetaSchema, typeFields } from '../definitions/object-meta-schema.ts'
import { servedApiVersion, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { decodeEmbedded } from './embedded-objects.ts'

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/**
 * Decodes a custom resource: its metadata as Go's type does, everything else by its schema, which
 * drops what it does not name. One of another version is to be refused once its unknown fields have
 * been told of.
 *
 * @throws StatusError 400 or 422 for an object of another kind, BodyError for wrong types and numbers
 */
export function decodeCustom(
  definition: ResourceDefinition,
  body: unknown,
): { object: KubernetesObject; unknownFields: readonly string[]; refusal?: Error } {
  const value = withGoNumbers(body)
  if (!isJsonObject(value)) throw new BodyError('the body is not an object')
  const otherVersion = otherVersionOf(definition, value)
  if (otherVersion === undefined) checkKind(definition, value)
  const metadata = metadataOf(value['metadata'])
  const object = { ...value, metadata: metadata.object }
  const schema = otherVersion?.schema ?? definition.schema
  const { object: known, pruned } = hasUnknownFields(object, schema)
    ? pruneUnknownFields(object, schema)
    : { object, pruned: [] }
  return {
    object: (definition.hasEmbeddedObjects === true
      ? decodeEmbedded(known, definition.schema, '')
      : known) as KubernetesObject,
    unknownFields: [...metadata.unknownFields, ...pruned].toSorted(),
    ...(otherVersion === undefined ? {} : { refusal: otherVersion.refusal }),
  }
}

/** A version that a kind does not have knows nothing but what all objects have. */
const noVersion: StructuralSchema = {
  type: 'object',
  properties: { ...typeFields, metadata: objectMetaSchema },
}

/** The schema of an object of the kind, but of another version, and why it is refused. */
function otherVersionOf(
  definition: ResourceDefinition,
  object: Record<string, unknown>,
): { readonly schema: StructuralSchema; readonly refusal: Error } | undefined {
  const { group, kind, versionSchemas } = definition
  const { apiVersion } = object
  const expected = servedApiVersion(definition)
  if (typeof apiVersion !== 'string' || apiVersion === expected || object['kind'] !== kind) {
    return undefined
  }
  if (!apiVersion.startsWith(`${group}/`)) return undefined
  const schema = versionSchemas?.get(apiVersion) ?? noVersion
  return { schema, refusal: otherVersionError(apiVersion, expected) }
}

function otherVersionError(given: string, expected: string): Error {
  return errors.badRequest(
    `the API version in the data (${given}) does not match the expected API version (${expected})`,
  )
}

/** `creationTimestamp` is absent rather than null. */
function metadataOf(value: unknown): { object: object; unknownFields: readonly string[] } {
  const { object, unknownFields } = decodeMessage(objectMeta, value ?? null)
  const { creationTimestamp, ...others } = object
  return {
    object: creationTimestamp === null ? others : object,
    unknownFields: unknownFields.map((field) => `metadata.${field}`),
  }
}

function checkKind(definition: ResourceDefinition, object: Record<string, unknown>): void {
  const { apiVersion, kind, metadata } = object
  const expected = servedApiVersion(definition)
  if (apiVersion !== expected) {
    throw otherVersionError(typeof apiVersion === 'string' ? apiVersion : '', expected)
  }
  if (kind === definition.kind) return
  const name = isJsonObject(metadata) ? metadata['name'] : ''
  throw errors.invalid(
    `${String(kind)}.${definition.group}`,
    typeof name === 'string' ? name : '',
    [{ type: 'Invalid', field: 'kind', badValue: kind, detail: `must be ${definition.kind}` }],
  )
}
