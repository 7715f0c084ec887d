import type { Consumer } from '@fairlead/api'
import { type KeyState, keyState } from '@fairlead/config'
import type { KeyUse } from '@fairlead/usage'
import { textTable } from '../text-table.ts'
import { timeText } from './consumer-keys.ts'

/** A key as it is listed. */
interface ListedKey {
  readonly name: string
  readonly state: KeyState
  readonly expiresAt: string | null
  /** The hour in which it was used last; null if it was not, or nobody knows. */
  readonly lastUsed: string | null
  /** `Secret namespace/name`, or `SHA-256`. */
  readonly stored: string
}

/** The keys of a Consumer; `uses` is undefined where no gateway could be asked. */
export function listedKeys(
  { metadata, spec }: Consumer,
  uses: readonly KeyUse[] | undefined,
  nowMs: number,
): readonly ListedKey[] {
  const hours = new Map(uses?.map(({ key, hourMs }) => [key, hourMs]))
  return spec.apiKeys.map((key) => {
    const { expiresAt, name, secretRef } = key
    const hourMs = hours.get(name)
    return {
      name,
      state: keyState(key, nowMs),
      expiresAt: expiresAt ?? null,
      lastUsed: hourMs === undefined ? null : timeText(hourMs),
      stored:
        secretRef === undefined
          ? 'SHA-256'
          : `Secret ${secretRef.namespace ?? metadata.namespace}/${secretRef.name}`,
    }
  })
}

/** The same for people. */
export function keyTable(keys: readonly ListedKey[], isUseKnown: boolean): string {
  if (keys.length === 0) return 'It has no keys.\n'
  return textTable(
    ['NAME', 'STATE', 'EXPIRES', 'LAST USED', 'STORED'].map((title) => ({ title })),
    keys.map(({ name, state, expiresAt, lastUsed, stored }) => [
      name,
      state,
      expiresAt ?? 'never',
      lastUsed === null ? (isUseKnown ? 'never' : 'unknown') : `${lastUsed.slice(0, 13)}h`,
      stored,
    ]),
  )
}

/** Whose keys the ledger knows: name and UID of the Consumer. */
export function tenantOf({ metadata: { namespace, name, uid } }: Consumer): string {
  const key = `${namespace}/${name}`
  return uid === undefined ? key : `${key}@${uid}`
}
