import { CallMemory } from './call-memory.ts'
import { keptCall, type RecentCalls } from './recent-calls.ts'

/** What the last calls of a machine may take in memory. */
export const recentCallsBytesMax = 8 * 1024 * 1024

/** The last calls of this process alone. */
export function ownRecentCalls(): RecentCalls {
  const memory = new CallMemory(recentCallsBytesMax)
  return {
    keep: (call) => memory.keep(keptCall(call)),
    find: (requestId, tenant) => Promise.resolve(memory.find(requestId, tenant)),
  }
}
