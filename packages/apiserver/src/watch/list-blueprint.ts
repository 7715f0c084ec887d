import { servedApiVersion, type ResourceDefinition } from '../definitions/resource-definition.ts'
import type { Representation } from '../exchange/accept.ts'
import { writeMessage } from '../protobuf/protobuf-message.ts'
import { typeNameOf } from '../protobuf/type-name.ts'

/**
 * An empty list of a kind as Go encodes it for a watcher, in base64: from this, and the objects of a
 * watch up to its mark, a client makes the list that it would have got.
 */
export function listBlueprint(
  definition: ResourceDefinition,
  { as, version, encoding }: Representation,
): string {
  const isPartial = as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList'
  const kind = isPartial ? 'PartialObjectMetadataList' : definition.listKind
  const apiVersion = isPartial ? `meta.k8s.io/${version}` : servedApiVersion(definition)
  const typeName = encoding === 'protobuf' ? typeNameOf(apiVersion, kind) : undefined
  if (typeName !== undefined) {
    const message = writeMessage(typeName, { apiVersion, kind, metadata: {} }, { apiVersion, kind })
    return message.toString('base64')
  }
  const list =
    definition.origin === 'custom' && !isPartial
      ? { apiVersion, items: [], kind }
      : { kind, apiVersion, metadata: {}, items: null }
  return Buffer.from(`${JSON.stringify(list)}\n`).toString('base64')
}
