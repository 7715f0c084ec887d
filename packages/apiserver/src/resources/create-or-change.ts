import { isAlreadyExists, type KubernetesObject } from '@fairlead/kube-core'

import type { WriteContext } from './resource-context.ts'
import { storageKeyOf, type ObjectTarget } from './resource-target.ts'
import type { WriteResult } from './update-object.ts'

/** The two ways in which a write can go, depending on whether the object exists. */
interface Ways {
  readonly create: () => Promise<KubernetesObject>
  readonly change: () => Promise<KubernetesObject>
}

/**
 * Creates the object, or changes it where it exists; also when somebody else creates it in between.
 * @throws StatusError
 */
export async function createOrChange(
  { storage, requireCreate }: WriteContext,
  target: ObjectTarget,
  { create, change }: Ways,
): Promise<WriteResult> {
  const exists = (): boolean => storage.get(storageKeyOf(target)) !== undefined
  if (exists()) return { object: await change(), created: false }
  requireCreate()
  try {
    return { object: await create(), created: true }
  } catch (error) {
    if (!isAlreadyExists(error) || !exists()) throw error
    return { object: await change(), created: false }
  }
}
