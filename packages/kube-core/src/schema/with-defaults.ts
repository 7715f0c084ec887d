import { applyDefaults, lacksDefaults } from './defaults.ts'
import { hasUnknownFields, pruneUnknownFields } from './prune.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * An object with the defaults of its schema; the same object if it lacks none. What a default brings
 * into the metadata of an object inside of it, and Kubernetes does not know, is dropped.
 */
export function withDefaults<T>(object: T, schema: StructuralSchema): T {
  if (!lacksDefaults(object, schema)) return object
  const complete = applyDefaults(object, schema)
  return (
    hasUnknownFields(complete, schema) ? pruneUnknownFields(complete, schema).object : complete
  ) as T
}
