import { TurnCancelled } from '@fairlead/context'
import { CallerGone, ResponseCancelled } from './gateway-error.ts'

/** Whether somebody wanted the answer to end, so that what came of it is not a failure. */
export function isCancellation(error: unknown): boolean {
  return (
    error instanceof CallerGone ||
    error instanceof ResponseCancelled ||
    error instanceof TurnCancelled
  )
}
