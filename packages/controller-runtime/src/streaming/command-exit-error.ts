/** A command in a container ended with another exit code than 0. */
export class CommandExitError extends Error {
  override readonly name = 'CommandExitError'
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.exitCode = exitCode
  }
}
