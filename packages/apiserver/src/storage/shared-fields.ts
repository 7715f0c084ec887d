import { isJsonObject } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'

/** So many sets of fields are known at once, the most recently new ones. */
const setsMax = 1_000
/** A set with longer JSON is hardly shared, and would take much of the place. */
const setLengthMax = 4_096

/**
 * The sets of fields in `managedFields`, one object for all that are equal. Objects of one kind that
 * one manager writes have few different ones, and they are half of what a small object takes.
 */
export class SharedFields {
  /** By their JSON. */
  readonly #sets = new Map<string, object>()
  readonly #shared = new WeakSet()

  /** The same object, with shared sets of fields. */
  share(object: KubernetesObject): KubernetesObject {
    const { managedFields } = object.metadata
    if (managedFields === undefined || managedFields.length === 0) return object
    const entries = managedFields.map((entry) => {
      const { fieldsV1 } = entry
      return isJsonObject(fieldsV1) ? { ...entry, fieldsV1: this.#shareSet(fieldsV1) } : entry
    })
    return { ...object, metadata: { ...object.metadata, managedFields: entries } }
  }

  #shareSet<T extends object>(fields: T): T {
    if (this.#shared.has(fields)) return fields
    const json = JSON.stringify(fields)
    if (json.length > setLengthMax) return fields
    const known = this.#sets.get(json)
    // Equal JSON is an equal object.
    if (known !== undefined) return known as T
    this.#sets.set(json, fields)
    this.#shared.add(fields)
    for (const oldest of this.#sets.keys()) {
      if (this.#sets.size <= setsMax) break
      this.#sets.delete(oldest)
    }
    return fields
  }
}
