interface FailureOptions {
  readonly cause?: unknown
  /** Whether the connection was lost before the picker had said anything. Defaults to false. */
  readonly wasLost?: boolean
}

/** An endpoint picker did not choose: what it or its connection did, as the end of a sentence. */
export class PickerFailure extends Error {
  override readonly name = 'PickerFailure'
  readonly failure: 'Connect' | 'Timeout' | 'InvalidAnswer'
  /** Whether the picker most likely has not read the question, as it closed the connection. */
  readonly wasLost: boolean

  constructor(failure: PickerFailure['failure'], message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause })
    this.failure = failure
    this.wasLost = options.wasLost ?? false
  }
}
