import { isNotFound, type KubernetesList } from '@fairlead/kube-core'

import { deleteObject } from './delete-object.ts'
import type { DeleteOptions } from './delete-options.ts'
import { listObjects } from './list-objects.ts'
import type { ListOptions } from './list-options.ts'
import type { ObjectSelection } from './object-selection.ts'
import type { ResourceContext } from './resource-context.ts'
import type { CollectionTarget } from './resource-target.ts'

/** Deletes the selected objects of a collection and returns them. @throws StatusError */
export function deleteCollection(
  context: ResourceContext,
  target: CollectionTarget,
  selection: ObjectSelection,
  listOptions: ListOptions,
  options: DeleteOptions,
): KubernetesList {
  const list = listObjects(context, target, selection, listOptions)
  const items = list.items.map((object) => {
    const { name = '', namespace = '' } = object.metadata
    try {
      return deleteObject(context, { ...target, namespace, name }, options).object
    } catch (error) {
      // Already deleted by somebody else, which is the desired result.
      if (isNotFound(error)) return object
      throw error
    }
  })
  return { ...list, items }
}
