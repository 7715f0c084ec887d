import type { Clock, Timer } from '@fairlead/base'

/** A stream whose client takes nothing for this long is closed. */
const stalledMs = 60_000
/** What all stalled streams together may keep in memory; beyond it the longest stalled is closed. */
const stalledBytesMax = 64 * 1024 * 1024

interface StalledStream {
  /** Bytes that wait to be sent. */
  readonly writableLength: number
  destroy(): void
}

interface Stall {
  readonly timer: Timer
  readonly bytes: number
}

/**
 * The streams whose clients take nothing at the moment. One that is closed reconnects, and goes on
 * from the last revision that it has seen, or is told that this one is too old.
 */
export class StalledStreams {
  readonly #clock: Pick<Clock, 'setTimer'>
  /** The longest stalled first. */
  readonly #stalls = new Map<StalledStream, Stall>()
  #bytes = 0

  constructor(clock: Pick<Clock, 'setTimer'>) {
    this.#clock = clock
  }

  stalls(stream: StalledStream): void {
    const known = this.#stalls.get(stream)
    const timer = known?.timer ?? this.#clock.setTimer(stalledMs, () => this.#close(stream))
    const bytes = stream.writableLength
    // A key that is set again keeps its place.
    this.#stalls.set(stream, { timer, bytes })
    this.#bytes += bytes - (known?.bytes ?? 0)
    for (const longest of this.#stalls.keys()) {
      if (this.#bytes <= stalledBytesMax) return
      this.#close(longest)
    }
  }

  /** The client has taken what waited, or the stream is closed. */
  moved(stream: StalledStream): void {
    const stall = this.#stalls.get(stream)
    if (stall === undefined) return
    stall.timer.cancel()
    this.#stalls.delete(stream)
    this.#bytes -= stall.bytes
  }

  #close(stream: StalledStream): void {
    this.moved(stream)
    stream.destroy()
  }
}
