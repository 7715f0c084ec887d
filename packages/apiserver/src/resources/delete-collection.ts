import { isNotFound, type KubernetesList } from '@fairlead/kube-core'

import { deleteObject } from './delete-object.ts'
import type { DeleteOptions } from './delete-options.ts'
import { listObjects } from './list-objects.ts'
import type { ListOptions } from './list-options.ts'
import type { ObjectSelection } from './object-selection.ts'
import type { WriteContext } from './resource-context.ts'
import type { CollectionTarget } from './resource-target.ts'

/**
 * Deletes the selected objects of a collection. Returns them as they were before: what becomes of
 * them, such as a finalizer that keeps them, is not in the answer.
 * @throws StatusError
 */
export async function deleteCollection(
  context: WriteContext,
  target: CollectionTarget,
  selection: ObjectSelection,
  listOptions: ListOptions,
  options: DeleteOptions,
): Promise<KubernetesList> {
  const list = await listObjects(context, target, selection, listOptions)
  for (const { metadata } of list.items) {
    const { name = '', namespace = '' } = metadata
    try {
      await deleteObject(context, { ...target, namespace, name }, options)
    } catch (error) {
      // Already deleted by somebody else, which is the desired result.
      if (!isNotFound(error)) throw error
    }
  }
  return list
}
