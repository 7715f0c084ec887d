/** Whole lines that are written together. */
export interface LineBatch {
  readonly bytes: Buffer
  readonly lines: number
}

/** A queue of lines that come out in order, joined into batches. */
export class LineBatches {
  readonly #maxBatchBytes: number
  /** Batches that no further line fits into, from `#first` on; before it are some that are taken. */
  readonly #full: LineBatch[] = []
  #first = 0
  #open = ''
  #openBytes = 0
  #openLines = 0
  #bytes = 0

  /** A batch has at most `maxBatchBytes`, unless it is a single line that is longer. */
  constructor(maxBatchBytes: number) {
    this.#maxBatchBytes = maxBatchBytes
  }

  /** How many bytes wait. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether a batch waits that no further line fits into. */
  get hasFull(): boolean {
    return this.#full.length > 0
  }

  /** Appends a line of `bytes` bytes, which ends with a newline. */
  add(line: string, bytes: number): void {
    if (this.#openBytes + bytes > this.#maxBatchBytes) this.#close()
    this.#open += line
    this.#openBytes += bytes
    this.#openLines += 1
    this.#bytes += bytes
    if (this.#openBytes >= this.#maxBatchBytes) this.#close()
  }

  /** Removes and returns the oldest full batch; undefined if there is none. */
  takeFull(): LineBatch | undefined {
    const batch = this.#full[this.#first]
    if (batch === undefined) return undefined
    this.#first += 1
    this.#bytes -= batch.bytes.length
    // Taken ones are let go of in time, also when the queue never runs empty: each is moved once.
    if (this.#first * 2 >= this.#full.length) {
      this.#full.splice(0, this.#first)
      this.#first = 0
    }
    return batch
  }

  /** Removes and returns the oldest batch, full or not; undefined if no line waits. */
  take(): LineBatch | undefined {
    if (!this.hasFull) this.#close()
    return this.takeFull()
  }

  #close(): void {
    if (this.#openLines === 0) return
    this.#full.push({ bytes: Buffer.from(this.#open), lines: this.#openLines })
    this.#open = ''
    this.#openBytes = 0
    this.#openLines = 0
  }
}
