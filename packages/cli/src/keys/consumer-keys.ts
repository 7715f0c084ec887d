import type { ConsumerApiKey } from '@fairlead/api'
import { UsageError } from '../usage-error.ts'

/** The name that is wanted, or a free one that begins with `base`: `base`, `base-2`, `base-3`. */
export function nameOfNewKey(
  keys: readonly ConsumerApiKey[],
  wanted: string | undefined,
  base: string,
): string {
  const taken = new Set(keys.map(({ name }) => name))
  if (wanted !== undefined) {
    if (!taken.has(wanted)) return wanted
    throw new UsageError(`--name: the Consumer has a key "${wanted}" already; choose another name`)
  }
  let name = base
  for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`
  return name
}

/** What the names of a key and of those that have replaced it begin with: `ci` of `ci-3`. */
export function baseOf(name: string): string {
  return /^(.+)-\d{1,6}$/.exec(name)?.[1] ?? name
}

/** The key of this name. Throws a UsageError that lists those that there are. */
export function keyNamed(keys: readonly ConsumerApiKey[], name: string): ConsumerApiKey {
  const found = keys.find((key) => key.name === name)
  if (found !== undefined) return found
  const names = keys.map((key) => key.name).join(', ')
  throw new UsageError(`the Consumer has no key "${name}"; it has ${names === '' ? 'none' : names}`)
}

/** All keys, of which this one expires at the given time unless it does so earlier. */
export function expiring(
  keys: readonly ConsumerApiKey[],
  name: string,
  atMs: number,
): readonly ConsumerApiKey[] {
  return keys.map((key) => {
    if (key.name !== name) return key
    const { expiresAt } = key
    if (expiresAt !== undefined && Date.parse(expiresAt) <= atMs) return key
    return { ...key, expiresAt: timeText(atMs) }
  })
}

/** Unix milliseconds as Kubernetes writes times, in whole seconds: `2026-01-31T12:00:00Z`. */
export function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d{3}Z$/, 'Z')
}
