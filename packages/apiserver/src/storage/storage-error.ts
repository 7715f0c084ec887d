/** The key to be created is taken. */
export class KeyExistsError extends Error {
  override readonly name = 'KeyExistsError'
}

/** The object changed, or went, since the caller read it: read again and decide again. */
export class RevisionMismatchError extends Error {
  override readonly name = 'RevisionMismatchError'
}

/** The asked-for past is no longer known: list again from now. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError'
  readonly compactedRevision: number

  constructor(requestedRevision: number, compactedRevision: number) {
    super(`revision ${requestedRevision} was compacted, the oldest known is ${compactedRevision}`)
    this.compactedRevision = compactedRevision
  }
}

/** The asked-for revision has not happened yet. */
export class FutureRevisionError extends Error {
  override readonly name = 'FutureRevisionError'
  readonly currentRevision: number

  constructor(requestedRevision: number, currentRevision: number) {
    super(`revision ${requestedRevision} is in the future, the current one is ${currentRevision}`)
    this.currentRevision = currentRevision
  }
}
