export interface ByteSource {
  /** The next bytes, or undefined at the end. */
  next(): Promise<Buffer | undefined>
}

/** Whole frames as bytes, as many as came together. */
export interface FrameSource extends ByteSource {
  /** Bytes of a frame that the end of the stream cut off. */
  readonly rest: Buffer
}
