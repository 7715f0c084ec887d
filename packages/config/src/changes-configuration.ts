import { deepEqual, type TypedObject } from '@fairlead/kube-core'

/**
 * Whether an update can change what is compiled: the spec (by its generation), the labels of a kind
 * without generations, or that it is another object under the same name. A status cannot.
 */
export function changesConfiguration(before: TypedObject, after: TypedObject): boolean {
  const [old, current] = [before.metadata, after.metadata]
  if (old.uid !== current.uid || old.generation !== current.generation) return true
  return current.generation === undefined && !deepEqual(old.labels ?? {}, current.labels ?? {})
}
