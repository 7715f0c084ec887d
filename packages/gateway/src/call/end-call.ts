import type { Logger } from '@fairlead/base'
import type { Call } from './call.ts'
import type { CallRecord } from './call-record.ts'
import { settleCall } from './settle-call.ts'
import { settleCost } from './settle-cost.ts'

/** What a call was granted by the policies that it passed. */
interface GrantedPermits {
  settle(record: CallRecord, logger: Logger): void
}

/**
 * The end of a call, however it came to it: what it used is settled with whoever granted it, and its
 * evidence recorded. Never throws.
 */
export function endCall(call: Call, permits: GrantedPermits): void {
  const { record, runtime, services } = call
  settleCost(record)
  settleAttempt(call)
  permits.settle(record, services.logger)
  call.end()
  settleCall(record, runtime, services)
}

/** The attempt that the call answers with has ended; what others have used is theirs. */
function settleAttempt({ attemptPermits, record }: Call): void {
  const last = record.spent.at(-1)
  const own = last?.target === record.target ? last?.usage : undefined
  const usage = last === undefined ? record.usage : own
  for (const permit of attemptPermits) permit.settle(usage, true)
}
