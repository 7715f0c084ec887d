import type { Clock, Timer } from '@fairlead/base'
import { type EndedCall, keptCall, type RecentCalls } from '@fairlead/gateway'
import type { FromWorker } from '../worker-messages/messages.ts'

/** How long a call that has ended waits for others. */
const batchMs = 500
/**
 * Of more calls that end in that time, the newest are kept: writing and sending one costs as much as
 * its log line.
 */
const batchMax = 250

/**
 * The last calls of this worker, on their way to the primary process, which keeps them for all
 * workers. A call costs a place in a list: it is written as text only if it is still among the
 * newest when the list is sent.
 */
export class RecentCallsSender implements RecentCalls {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #send: (message: FromWorker) => void
  #ended: EndedCall[] = []
  /** Where the next call goes once the list is full. */
  #next = 0
  #timer: Timer | undefined
  #questions = 0
  readonly #waiting = new Map<number, (json: string | undefined) => void>()

  constructor(clock: Pick<Clock, 'setTimer'>, send: (message: FromWorker) => void) {
    this.#clock = clock
    this.#send = send
  }

  keep(call: EndedCall): void {
    if (this.#ended.length < batchMax) {
      this.#ended.push(call)
    } else {
      this.#ended[this.#next] = call
      this.#next = (this.#next + 1) % batchMax
    }
    this.#timer ??= this.#clock.setTimer(batchMs, () => this.flush())
  }

  find(requestId: string, tenant: string): Promise<string | undefined> {
    this.flush()
    this.#questions += 1
    const question = this.#questions
    return new Promise((resolve) => {
      this.#waiting.set(question, resolve)
      this.#send({ type: 'call-wanted', question, requestId, tenant })
    })
  }

  /** The answer of the primary process. */
  found(question: number, json: string | undefined): void {
    this.#waiting.get(question)?.(json)
    this.#waiting.delete(question)
  }

  /** Sends what waits; even if nothing does, when `isAsked`. */
  flush(isAsked = false): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#ended.length === 0 && !isAsked) return
    const inOrder = [...this.#ended.slice(this.#next), ...this.#ended.slice(0, this.#next)]
    this.#ended = []
    this.#next = 0
    this.#send({ type: 'calls-ended', calls: inOrder.map(keptCall), isAsked })
  }
}
