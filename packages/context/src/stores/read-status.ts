import type { TurnStatus } from '../turns/turn.ts'
import type { ResponseStatus } from './kept-response.ts'

const turnStatuses = ['in_progress', 'completed', 'incomplete', 'failed', 'cancelled'] as const
const responseStatuses = ['queued', ...turnStatuses] as const

/** The status of a turn as a store has it. Throws for one that this program does not know. */
export function readTurnStatus(status: unknown): TurnStatus {
  return known(status, turnStatuses, 'turn')
}

/** As `readTurnStatus`, of a response. */
export function readResponseStatus(status: unknown): ResponseStatus {
  return known(status, responseStatuses, 'response')
}

function known<Status extends string>(
  status: unknown,
  statuses: readonly Status[],
  what: string,
): Status {
  const found = statuses.find((one) => one === status)
  if (found !== undefined) return found
  throw new Error(
    `the conversation store has a ${what} with the unknown status "${String(status)}": start the program version that wrote it`,
  )
}
