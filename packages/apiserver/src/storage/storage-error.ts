/** The key already exists. */
export class KeyExistsError extends Error {
  override readonly name = 'KeyExistsError'
}

/** The object was changed or deleted since the caller read it: read it again and retry. */
export class RevisionMismatchError extends Error {
  override readonly name = 'RevisionMismatchError'
}

/** The requested resource version has been compacted: list again. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError'
  readonly compactedRevision: number

  constructor(requestedRevision: number, compactedRevision: number) {
    super(`revision ${requestedRevision} was compacted, the oldest known is ${compactedRevision}`)
    this.compactedRevision = compactedRevision
  }
}

/** The requested resource version has not been reached yet. */
export class FutureRevisionError extends Error {
  override readonly name = 'FutureRevisionError'
  readonly currentRevision: number

  constructor(requestedRevision: number, currentRevision: number) {
    super(`revision ${requestedRevision} is in the future, the current one is ${currentRevision}`)
    this.currentRevision = currentRevision
  }
}

/** The journal could not make a change durable, for example because the disk is full. */
export class JournalError extends Error {
  override readonly name = 'JournalError'

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`the change could not be stored: ${why}`, { cause })
  }
}
