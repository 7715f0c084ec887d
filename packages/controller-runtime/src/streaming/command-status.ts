import { parseJsonOrUndefined } from '@fairlead/base'
import { isStatus, StatusError } from '@fairlead/kube-core'
import { WebSocketError } from '../websocket/web-socket-error.ts'
import { CommandExitError } from './command-exit-error.ts'

/**
 * Judges what the server says of a command's end: nothing if it succeeded. Throws CommandExitError
 * for another exit code than 0, StatusError for other failures.
 */
export function checkCommandStatus(text: string): void {
  const status = parseJsonOrUndefined(text)
  if (!isStatus(status)) {
    throw new WebSocketError('the connection ended before the server told how the command ended')
  }
  if (status.status === 'Success') return
  const exitCode = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
  if (status.reason === 'NonZeroExitCode' && exitCode !== undefined && /^\d+$/.test(exitCode)) {
    throw new CommandExitError(
      status.message ?? `the command ended with exit code ${exitCode}`,
      Number(exitCode),
    )
  }
  throw new StatusError(status)
}
