import type { Clock, Timer } from '@fairlead/base'
import type { ToWorker } from '../worker-messages/messages.ts'

/** How long the keys of sessions are used: whoever learns them later reads nothing older. */
const rotationMs = 12 * 3_600_000
const keyBytes = 48

/**
 * The keys that seal TLS sessions, one set for all workers: they share a port, and a caller that
 * comes back may find another of them.
 */
export class TicketKeys {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #randomBytes: (count: number) => Uint8Array
  readonly #members = new Set<(message: ToWorker) => void>()
  #keys: Uint8Array
  #timer: Timer | undefined

  constructor(clock: Pick<Clock, 'setTimer'>, randomBytes: (count: number) => Uint8Array) {
    this.#clock = clock
    this.#randomBytes = randomBytes
    this.#keys = randomBytes(keyBytes)
    this.#schedule()
  }

  /** Sends a worker the keys, and all later ones until the returned function is called. */
  join(send: (message: ToWorker) => void): () => void {
    this.#members.add(send)
    send({ type: 'ticket-keys', keys: this.#keys })
    return () => void this.#members.delete(send)
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #schedule(): void {
    this.#timer = this.#clock.setTimer(rotationMs, () => {
      this.#keys = this.#randomBytes(keyBytes)
      for (const send of this.#members) send({ type: 'ticket-keys', keys: this.#keys })
      this.#schedule()
    })
  }
}
