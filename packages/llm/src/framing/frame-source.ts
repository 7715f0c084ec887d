export interface ByteSource {
  /** The next bytes, or undefined at the end. */
  next(): Promise<Buffer | undefined>
}

/** Whole frames as bytes, as many as arrived together. */
export interface FrameSource extends ByteSource {
  /** Bytes of a frame that was truncated by the end of the stream. */
  readonly rest: Buffer
}
