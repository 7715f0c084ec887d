import type { TypedObject } from '@fairlead/kube-core'

/** Whether the object has the finalizer, which keeps it until the finalizer is removed. */
export function hasFinalizer(object: TypedObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false
}

/** The object with the finalizer; the same object if it already has it. */
export function withFinalizer<T extends TypedObject>(object: T, finalizer: string): T {
  if (hasFinalizer(object, finalizer)) return object
  const finalizers = [...(object.metadata.finalizers ?? []), finalizer]
  return { ...object, metadata: { ...object.metadata, finalizers } }
}

/** The object without the finalizer; the same object if it does not have it. */
export function withoutFinalizer<T extends TypedObject>(object: T, finalizer: string): T {
  if (!hasFinalizer(object, finalizer)) return object
  const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer)
  return { ...object, metadata: { ...object.metadata, finalizers } }
}

/** Whether deletion was requested and the object only waits for its finalizers. */
export function isBeingDeleted(object: TypedObject): boolean {
  return object.metadata.deletionTimestamp !== undefined
}
