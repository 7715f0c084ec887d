import type { CallAllowance } from '@fairlead/gateway'
import type { FromWorker } from '../worker-messages/messages.ts'

/** When less than this part of what is lent is free, more is asked for ahead. */
const lowPart = 4

/**
 * The places of calls that the primary process has lent to this worker. As long as some are free, a
 * call waits for nobody.
 */
export class PermitLease implements CallAllowance {
  readonly #send: (message: FromWorker) => void
  #leased = 0
  #taken = 0
  #overdrawn = false
  /** How many waiting calls the question is about that is under way; undefined: there is none. */
  #asked: number | undefined
  /** The last answer was that there are no more; do not ask ahead again before calls have ended. */
  #dry = false
  readonly #waiting: ((taken: boolean) => void)[] = []

  constructor(send: (message: FromWorker) => void) {
    this.#send = send
  }

  take(): boolean | Promise<boolean> {
    if (this.#taken < this.#leased) {
      this.#taken += 1
      if (this.#isLow && !this.#dry) this.#ask()
      return true
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#ask()
    })
  }

  give(): void {
    this.#taken -= 1
    if (!this.#returnExcess()) this.#serveWaiting()
    if (!this.#isLow) this.#dry = false
  }

  granted(count: number): void {
    const asked = this.#asked ?? 0
    this.#asked = undefined
    this.#leased += count
    this.#dry = count === 0
    this.#serveWaiting()
    // Calls that came after the question have their own.
    const refused = count === 0 ? this.#waiting.splice(0, asked) : []
    for (const resolve of refused) resolve(false)
    if (this.#waiting.length > 0) this.#ask()
  }

  recalled(): void {
    const count = Math.ceil((this.#leased - this.#taken) / 2)
    this.#return(count, true)
  }

  /** While more is lent than the limit allows, what is or becomes free is given back. */
  overdrawn(overdrawn: boolean): void {
    this.#overdrawn = overdrawn
    this.#returnExcess()
  }

  get #isLow(): boolean {
    return (this.#leased - this.#taken) * lowPart < this.#leased
  }

  #ask(): void {
    if (this.#asked !== undefined) return
    this.#asked = this.#waiting.length
    this.#send({ type: 'permits-wanted', needed: this.#asked })
  }

  #returnExcess(): boolean {
    const free = this.#leased - this.#taken
    if (!this.#overdrawn || free === 0) return false
    this.#return(free, false)
    return true
  }

  #return(count: number, recalled: boolean): void {
    this.#leased -= count
    this.#send({ type: 'permits-returned', count, recalled })
  }

  #serveWaiting(): void {
    while (this.#taken < this.#leased) {
      const resolve = this.#waiting.shift()
      if (resolve === undefined) return
      this.#taken += 1
      resolve(true)
    }
  }
}
