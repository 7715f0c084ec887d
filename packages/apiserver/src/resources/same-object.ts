import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

/** Equal except for the times in managedFields: not worth a write. */
export function isSame(next: KubernetesObject, current: KubernetesObject): boolean {
  return deepEqual(withoutTimes(next), withoutTimes(current))
}

function withoutTimes(object: KubernetesObject): KubernetesObject {
  const managedFields = (object.metadata.managedFields ?? []).map((entry) => ({
    ...entry,
    time: undefined,
  }))
  return { ...object, metadata: { ...object.metadata, managedFields } }
}
