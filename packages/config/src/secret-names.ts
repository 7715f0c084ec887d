import { compareText, isJsonObject } from '@fairlead/base'
import type { SecretKeyRef, Snapshot } from '@fairlead/snapshot'

/** The Secrets that a configuration names, by namespace; each list is sorted. */
export function secretNamesOf(
  snapshot: Snapshot | undefined,
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, Set<string>>()
  for (const { namespace, name } of referencesIn(snapshot)) {
    names.set(namespace, (names.get(namespace) ?? new Set()).add(name))
  }
  return new Map(
    [...names]
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([namespace, set]) => [namespace, [...set].toSorted(compareText)]),
  )
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
