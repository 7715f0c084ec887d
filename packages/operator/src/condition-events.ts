import type { RecordedEvent } from '@fairlead/controller-runtime'
import type { Condition } from '@fairlead/kube-core'

/**
 * The events for a change of conditions: the resource is not accepted, or no longer programmed.
 * Waiting for replicas after a change is not worth an event.
 */
export function eventsOfChange(
  before: readonly Condition[],
  after: readonly Condition[],
): readonly RecordedEvent[] {
  return after.flatMap((condition) => {
    const { type, status, reason, message } = condition
    const old = before.find((other) => other.type === type)
    if (status !== 'False' || (old?.status === 'False' && old.reason === reason)) return []
    const lost = type === 'Programmed' && old !== undefined && reason !== 'Pending'
    if (type !== 'Accepted' && !lost) return []
    return [{ type: 'Warning' as const, reason, action: type, note: message }]
  })
}
