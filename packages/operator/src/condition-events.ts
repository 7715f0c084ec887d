import type { RecordedEvent } from '@fairlead/controller-runtime'
import { isWarning } from '@fairlead/config'
import type { Condition } from '@fairlead/kube-core'

/**
 * The events for a change of conditions: the resource is not accepted or does not do all that it
 * says, is no longer programmed or enforced, without its store, or without a price. Waiting for
 * replicas after a change is not worth an event, nor is a shadow, which somebody wanted.
 */
export function eventsOfChange(
  before: readonly Condition[],
  after: readonly Condition[],
): readonly RecordedEvent[] {
  return after.flatMap((condition) => {
    const { type, status, reason, message } = condition
    const old = before.find((other) => other.type === type)
    if (!isWarning(condition) || (old?.status === status && old.reason === reason)) return []
    if (!isWorthAnEvent(condition, old !== undefined)) return []
    return [{ type: 'Warning' as const, reason, action: type, note: message }]
  })
}

function isWorthAnEvent(
  { type, reason }: Pick<Condition, 'type' | 'reason'>,
  wasThere: boolean,
): boolean {
  switch (type) {
    case 'Accepted':
      // What uses a provider is mostly written a moment after it.
      return reason !== 'Unused'
    case 'StateStoreAvailable':
    case 'Priced':
      return true
    case 'Programmed':
      return wasThere && reason !== 'Pending'
    case 'Enforced':
      return wasThere && reason !== 'Pending' && reason !== 'Shadow'
    default:
      return false
  }
}
