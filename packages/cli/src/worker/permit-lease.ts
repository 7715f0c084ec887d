import type { CallAllowance } from '@fairlead/gateway'
import type { FromWorker } from '../worker-messages/messages.ts'

/** Below this part of the largest grant, more is asked for ahead. */
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
  #asking = false
  /** The last answer was that there are no more; do not ask ahead again before calls have ended. */
  #dry = false
  #largestGrant = 0
  #waiting: ((taken: boolean) => void)[] = []

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
    this.#asking = false
    this.#leased += count
    this.#largestGrant = Math.max(this.#largestGrant, count)
    this.#dry = count === 0
    this.#serveWaiting()
    if (this.#waiting.length === 0) return
    if (count > 0) return this.#ask()
    const refused = this.#waiting
    this.#waiting = []
    for (const resolve of refused) resolve(false)
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
    return (this.#leased - this.#taken) * lowPart < this.#largestGrant
  }

  #ask(): void {
    if (this.#asking) return
    this.#asking = true
    this.#send({ type: 'permits-wanted', needed: this.#waiting.length })
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
