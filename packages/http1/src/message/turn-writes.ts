/** What has bytes to write. */
export interface TurnWriter {
  flush(): void
}

/**
 * Writes at the end of a turn of the event loop what has gathered in it. The peers of a busy process
 * are then woken once for many writes, not for each, which costs the system less; in a process that
 * is not busy there is nothing else to wait for.
 */
export class TurnWrites {
  #writers: TurnWriter[] = []

  /** The writer is called once for each time that it is added. */
  add(writer: TurnWriter): void {
    if (this.#writers.push(writer) === 1) setImmediate(flushWrites, this)
  }

  flush(): void {
    const writers = this.#writers
    this.#writers = []
    for (const writer of writers) writer.flush()
  }
}

function flushWrites(writes: TurnWrites): void {
  writes.flush()
}
