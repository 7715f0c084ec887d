import type { ResourceType, TypedObject } from '@fairlead/kube-core'

/** What is read of an object when only its metadata is asked for. A whole object is one too. */
export type PartialObjectMetadata<T extends TypedObject = TypedObject> = Pick<
  T,
  'apiVersion' | 'kind' | 'metadata'
>

/**
 * The same kind, of whose objects the server sends, and the cache keeps, nothing but the metadata:
 * for owned objects of which only the existence matters, and for kinds with large objects. It can be
 * read, watched, owned, patched, applied and deleted, but not created or updated. The cache holds it
 * apart from the whole objects: watch a kind in one of the two forms, not in both.
 */
export function metadataOnly<T extends TypedObject>(
  type: ResourceType<T>,
): ResourceType<PartialObjectMetadata<T>> {
  return { ...addressOf(type), metadataOnly: true }
}

/** The same kind with its whole objects. */
export function wholeObjects(type: ResourceType): ResourceType {
  return addressOf(type)
}

/** What is left of an object without everything but its metadata. */
export function metadataOf<T extends TypedObject>(object: T): PartialObjectMetadata<T> {
  const { apiVersion, kind, metadata } = object
  return { apiVersion, kind, metadata }
}

function addressOf({ group, version, kind, plural, namespaced }: ResourceType): ResourceType {
  return { group, version, kind, plural, namespaced }
}
