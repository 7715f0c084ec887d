import { createMergePatch } from '@fairlead/kube-core'
import type { TypedObject } from '@fairlead/kube-core'
import { isJsonObject } from '@fairlead/base'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { Patch } from './client.ts'

export interface MergeFromOptions {
  /**
   * The patch fails with a conflict if anybody else has written the object since it was read.
   * Needed where a list changes, because a merge patch replaces lists as a whole. Off by default.
   */
  readonly optimisticLock?: boolean
}

/**
 * The merge patch that makes `changed` of `original`, as it was read. It says nothing of fields that
 * are equal in both, so that concurrent changes of other fields are kept.
 */
export function mergeFrom<T extends TypedObject>(
  original: DeepReadonly<T>,
  changed: DeepReadonly<NoInfer<T>>,
  { optimisticLock = false }: MergeFromOptions = {},
): Patch {
  const body = createMergePatch(original, changed)
  if (!optimisticLock) return { type: 'merge', body }
  const { resourceVersion } = original.metadata
  if (resourceVersion === undefined) {
    throw new TypeError(
      'an optimistic lock needs the resourceVersion of the original: read it from the server first',
    )
  }
  const { metadata, ...rest } = isJsonObject(body) ? body : {}
  const changedMetadata = isJsonObject(metadata) ? metadata : {}
  return { type: 'merge', body: { ...rest, metadata: { ...changedMetadata, resourceVersion } } }
}
