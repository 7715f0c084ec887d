import { isNotFound, type KubernetesList, type KubernetesObject } from '@fairlead/kube-core'

import { deleteObject } from './delete-object.ts'
import type { DeleteOptions } from './delete-options.ts'
import { listObjects } from './list-objects.ts'
import type { ListOptions } from './list-options.ts'
import type { ObjectSelection } from './object-selection.ts'
import type { WriteContext } from './resource-context.ts'
import type { CollectionTarget } from './resource-target.ts'

/** Deletes the selected objects of a collection and returns them. @throws StatusError */
export async function deleteCollection(
  context: WriteContext,
  target: CollectionTarget,
  selection: ObjectSelection,
  listOptions: ListOptions,
  options: DeleteOptions,
): Promise<KubernetesList> {
  const list = await listObjects(context, target, selection, listOptions)
  const items: KubernetesObject[] = []
  for (const object of list.items) items.push(await deleted(context, target, object, options))
  return { ...list, items }
}

async function deleted(
  context: WriteContext,
  target: CollectionTarget,
  object: KubernetesObject,
  options: DeleteOptions,
): Promise<KubernetesObject> {
  const { name = '', namespace = '' } = object.metadata
  try {
    return (await deleteObject(context, { ...target, namespace, name }, options)).object
  } catch (error) {
    // Already deleted by somebody else, which is the desired result.
    if (isNotFound(error)) return object
    throw error
  }
}
