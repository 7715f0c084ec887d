/** Thrown when a watch stream is malformed: truncated inside an event, or not JSON lines. */
export class WatchStreamError extends Error {
  override readonly name = 'WatchStreamError'
}

const newline = 0x0a

/** Splits bytes into lines, however they were chunked. Empty lines are skipped. */
export class LineSplitter {
  readonly #limitBytes: number
  #parts: Uint8Array[] = []
  #pendingBytes = 0

  /** A line longer than `limitBytes` is a WatchStreamError. Defaults to 16 MiB. */
  constructor(limitBytes = 16 * 1024 * 1024) {
    this.#limitBytes = limitBytes
  }

  /** Takes a chunk and returns the lines that it completes. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = []
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk.subarray(start, end))
      const line = this.#takePending()
      if (line !== '') lines.push(line)
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return lines
  }

  /** The text after the last newline; not empty if the stream was truncated inside a line. */
  end(): string {
    return this.#takePending()
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return
    this.#pendingBytes += part.length
    if (this.#pendingBytes > this.#limitBytes) {
      throw new WatchStreamError(`a watch event is longer than ${this.#limitBytes} bytes`)
    }
    this.#parts.push(part)
  }

  #takePending(): string {
    const [only] = this.#parts
    const whole = only !== undefined && this.#parts.length === 1 ? only : Buffer.concat(this.#parts)
    const line = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8')
    this.#parts = []
    this.#pendingBytes = 0
    return line.trim()
  }
}
