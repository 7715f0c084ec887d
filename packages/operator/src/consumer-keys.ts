import { Consumer, type ConsumerKeyStatus } from '@fairlead/api'
import { expiringMs, keysAt } from '@fairlead/config'
import type { RecordedEvent } from '@fairlead/controller-runtime'
import type { TypedObject } from '@fairlead/kube-core'
import { statusOf, type OperatorStatus } from './desired-status.ts'

/** The keys of a Consumer as they are at a moment, in Unix milliseconds; undefined for other kinds. */
export function keysOf(
  object: TypedObject,
  nowMs: number,
): readonly ConsumerKeyStatus[] | undefined {
  if (object.kind !== Consumer.kind) return undefined
  return keysAt((object as Consumer).spec.apiKeys, nowMs)
}

/** A machine that sleeps, or whose clock is set, learns of a key's state this late at the most. */
const lookAgainMs = 3_600_000

/** Milliseconds until a key of a status may enter another state; undefined if none does. */
export function untilNextKeyState(status: OperatorStatus, nowMs: number): number | undefined {
  const changes = keysIn(status).flatMap(({ expiresAt, state }) => {
    if (expiresAt === undefined || state === 'Expired') return []
    const atMs = Date.parse(expiresAt)
    return [state === 'Active' ? atMs - expiringMs : atMs]
  })
  return changes.length === 0
    ? undefined
    : Math.min(lookAgainMs, ...changes.map((atMs) => atMs - nowMs))
}

/** The events for keys that have begun to expire, or have expired, since the status before. */
export function keyEvents(object: TypedObject, status: OperatorStatus): readonly RecordedEvent[] {
  if (object.kind !== Consumer.kind) return []
  const before = keysIn(statusOf(object))
  return keysIn(status).flatMap((key) => {
    const old = before.find(({ name }) => name === key.name)
    if (key.state === 'Active' || key.state === old?.state) return []
    // Somebody wanted a new key to be good for so short a time.
    if (key.state === 'Expiring' && old === undefined) return []
    return [eventOf(key)]
  })
}

function eventOf({ expiresAt, name, state }: ConsumerKeyStatus): RecordedEvent {
  const isExpired = state === 'Expired'
  return {
    type: 'Warning',
    reason: isExpired ? 'KeyExpired' : 'KeyExpiring',
    action: 'KeysValid',
    note: `The API key ${name} ${isExpired ? 'has expired' : 'expires'} at ${expiresAt}`,
  }
}

function keysIn({ keys }: OperatorStatus): readonly ConsumerKeyStatus[] {
  return Array.isArray(keys) ? (keys as readonly ConsumerKeyStatus[]) : []
}
