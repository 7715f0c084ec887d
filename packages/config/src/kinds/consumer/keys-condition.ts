import type { ConsumerApiKey, ConsumerKeyStatus } from '@fairlead/api'
import type { PlannedCondition } from '../../judging/conditions.ts'
import type { ConditionType } from '../../judging/kind-compiler.ts'
import { keyState } from './key-state.ts'

export const keysValidConditionType: ConditionType = {
  type: 'KeysValid',
  reasons: { True: ['Valid', 'Expiring'], False: ['Expired'] },
}

/** Keys as they are at a moment, in Unix milliseconds. */
export function keysAt(
  apiKeys: readonly ConsumerApiKey[],
  nowMs: number,
): readonly ConsumerKeyStatus[] {
  return apiKeys.map((key) => ({
    name: key.name,
    state: keyState(key, nowMs),
    ...(key.expiresAt !== undefined && { expiresAt: key.expiresAt }),
  }))
}

/** `KeysValid`: False when keys have expired. Undefined without keys. */
export function keysCondition(keys: readonly ConsumerKeyStatus[]): PlannedCondition | undefined {
  const { type } = keysValidConditionType
  if (keys.length === 0) return undefined
  const expired = keys.filter(({ state }) => state === 'Expired')
  if (expired.length > 0) {
    const which =
      expired.length === keys.length
        ? 'No API key is left that has not expired, so that nobody can call with one'
        : 'Expired'
    const message = `${which}: ${listed(expired)}. Replace them with fairlead key rotate, or remove them with fairlead key revoke`
    return { type, status: 'False', reason: 'Expired', message }
  }
  const expiring = keys.filter(({ state }) => state === 'Expiring')
  if (expiring.length > 0) {
    const message = `Expiring within seven days: ${listed(expiring)}. Replace them with fairlead key rotate`
    return { type, status: 'True', reason: 'Expiring', message }
  }
  return { type, status: 'True', reason: 'Valid', message: 'No key expires within seven days' }
}

function listed(keys: readonly ConsumerKeyStatus[]): string {
  return keys.map(({ name, expiresAt }) => `${name} (${expiresAt})`).join(', ')
}
