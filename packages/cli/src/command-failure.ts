/** A command has done its work, and what it found is a failure. For the user; the exit code is 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}
