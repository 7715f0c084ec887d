import type { ConsumerApiKey } from '@fairlead/api'

/** A key that expires within this time is told before it does. */
export const expiringMs = 7 * 86_400_000

export type KeyState = 'Active' | 'Expiring' | 'Expired'

/** `Expiring`: within seven days. `nowMs` is Unix milliseconds. */
export function keyState({ expiresAt }: ConsumerApiKey, nowMs: number): KeyState {
  if (expiresAt === undefined) return 'Active'
  const leftMs = Date.parse(expiresAt) - nowMs
  if (leftMs <= 0) return 'Expired'
  return leftMs <= expiringMs ? 'Expiring' : 'Active'
}
