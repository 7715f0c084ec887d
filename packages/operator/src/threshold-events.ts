import { UsagePolicy, type UsagePolicyCounter } from '@fairlead/api'
import type { RecordedEvent } from '@fairlead/controller-runtime'
import type { TypedObject } from '@fairlead/kube-core'
import { statusOf, type OperatorStatus } from './desired-status.ts'
import { countersOf } from './policy-counters.ts'

/**
 * The events for counters of a UsagePolicy that have reached a percentage of `warnAt` since the status
 * before: one for each counter, of the highest that it has reached, in a window of the calendar once.
 */
export function thresholdEvents(
  object: TypedObject,
  status: OperatorStatus,
): readonly RecordedEvent[] {
  if (object.kind !== UsagePolicy.kind) return []
  const { limits } = (object as UsagePolicy).spec
  const before = countersOf(statusOf(object))
  return countersOf(status).flatMap((counter) => {
    const { warnAt = [], window } = limits.find(({ name }) => name === counter.limit) ?? {}
    const isSliding = window?.calendar === undefined
    const old = before.find((one) => isSame(one, counter, isSliding))
    const reached = warnAt.filter((percent) => isReached(counter, percent))
    const highest = Math.max(...reached)
    const isNew = reached.length > 0 && (old === undefined || !isReached(old, highest))
    return isNew ? [eventOf(counter, highest, isSliding)] : []
  })
}

/** The end of a window that slides moves with every call; that of the calendar tells windows apart. */
function isSame(left: UsagePolicyCounter, right: UsagePolicyCounter, isSliding: boolean): boolean {
  const isCounter = left.limit === right.limit && left.subject === right.subject
  return isCounter && (isSliding || left.resetsAt === right.resetsAt)
}

function isReached({ used, amount }: UsagePolicyCounter, percent: number): boolean {
  return Number(used) * 100 >= Number(amount) * percent
}

function eventOf(
  { limit, subject, used, amount, resetsAt }: UsagePolicyCounter,
  percent: number,
  isSliding: boolean,
): RecordedEvent {
  const whose = subject === '' ? 'Of' : `${subject}: of`
  return {
    type: 'Warning',
    reason: 'LimitThreshold',
    action: 'Counted',
    note: `${whose} limit ${limit}, ${percent}% is reached: ${used} of ${amount} used`,
    // Counters are missing from a status while no replica reports them.
    ...(!isSliding && { once: JSON.stringify([limit, subject, resetsAt, percent]) }),
  }
}
