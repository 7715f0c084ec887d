import { isJsonObject } from '@fairlead/base'
import {
  errors,
  hasUnknownFields,
  pruneUnknownFields,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { decodeMessage } from '../decoding/decode-message.ts'
import { withGoNumbers } from '../decoding/json-text.ts'
import { servedApiVersion, type ResourceDefinition } from '../definitions/resource-definition.ts'
import { decodeEmbedded } from './embedded-objects.ts'

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/**
 * Decodes a custom resource: its metadata as Go's type does, everything else by its schema, which
 * drops what it does not name.
 *
 * @throws StatusError 400 or 422 for an object of another kind, BodyError for wrong types and numbers
 */
export function decodeCustom(
  definition: ResourceDefinition,
  body: unknown,
): { object: KubernetesObject; unknownFields: readonly string[] } {
  const value = withGoNumbers(body)
  if (!isJsonObject(value)) throw new BodyError('the body is not an object')
  checkKind(definition, value)
  const metadata = metadataOf(value['metadata'])
  const object = { ...value, metadata: metadata.object }
  const { object: known, pruned } = hasUnknownFields(object, definition.schema)
    ? pruneUnknownFields(object, definition.schema)
    : { object, pruned: [] }
  return {
    object: (definition.hasEmbeddedObjects === true
      ? decodeEmbedded(known, definition.schema, '')
      : known) as KubernetesObject,
    unknownFields: [...metadata.unknownFields, ...pruned].toSorted(),
  }
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
    const given = typeof apiVersion === 'string' ? apiVersion : ''
    throw errors.badRequest(
      `the API version in the data (${given}) does not match the expected API version (${expected})`,
    )
  }
  if (kind === definition.kind) return
  const name = isJsonObject(metadata) ? metadata['name'] : ''
  throw errors.invalid(
    `${String(kind)}.${definition.group}`,
    typeof name === 'string' ? name : '',
    [{ type: 'Invalid', field: 'kind', badValue: kind, detail: `must be ${definition.kind}` }],
  )
}
