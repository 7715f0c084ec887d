import { isJsonObject } from '@fairlead/base'
import type { SecretKeyRef, Snapshot } from '@fairlead/snapshot'
import { namesByNamespace } from './names-by-namespace.ts'

/** The Secrets that a configuration names, by namespace; each list is sorted. */
export function secretNamesOf(
  snapshot: Snapshot | undefined,
): ReadonlyMap<string, readonly string[]> {
  return namesByNamespace(referencesIn(snapshot))
}

/** A snapshot has references to Secrets in many places; all of them have the same form. */
function* referencesIn(value: unknown): Generator<SecretKeyRef> {
  if (typeof value !== 'object' || value === null) return
  if (isReference(value)) yield value
  const parts = value instanceof Map ? value.values() : Object.values(value)
  for (const part of parts) yield* referencesIn(part)
}

function isReference(value: object): value is SecretKeyRef {
  return (
    isJsonObject(value) &&
    Object.keys(value).length === 3 &&
    ['namespace', 'name', 'key'].every((field) => typeof value[field] === 'string')
  )
}
