import type { UsagePolicyCounter } from '@fairlead/api'
import type { OperatorStatus } from './desired-status.ts'

/** Windows of seconds begin anew all the time, which is not worth a status each time. */
const resetWaitMinMs = 5000

/** The counters in the status of a UsagePolicy; none in that of anything else. */
export function countersOf({ counters }: OperatorStatus): readonly UsagePolicyCounter[] {
  return Array.isArray(counters) ? (counters as readonly UsagePolicyCounter[]) : []
}

/** Milliseconds until the first window of these counters has ended; undefined without any. */
export function untilNextReset(status: OperatorStatus, nowMs: number): number | undefined {
  const resets = countersOf(status).flatMap(({ resetsAt }) =>
    resetsAt === undefined ? [] : [Date.parse(resetsAt)],
  )
  return resets.length === 0 ? undefined : Math.max(resetWaitMinMs, Math.min(...resets) - nowMs)
}
