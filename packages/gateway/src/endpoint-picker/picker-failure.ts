/** An endpoint picker did not choose: what it or its connection did, as the end of a sentence. */
export class PickerFailure extends Error {
  override readonly name = 'PickerFailure'
  readonly failure: 'Connect' | 'Timeout' | 'InvalidAnswer'

  constructor(failure: PickerFailure['failure'], message: string, cause?: unknown) {
    super(message, { cause })
    this.failure = failure
  }
}
