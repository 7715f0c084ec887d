import type { Cancellation, Clock, Timer } from '@fairlead/base'

/** What came of trying to admit a call that waits. */
export type Trial<Admission> =
  | { readonly done: true; readonly admission: Admission }
  /** Until it may fit; undefined if nobody knows. */
  | { readonly done: false; readonly retryAfterMs: number | undefined }

/** A call that waits. */
export interface WaitingCall<Admission> {
  /** Among whom turns are taken. */
  readonly consumer: string
  readonly maxWaitMs: number
  /** Ends its waiting, with the reason. */
  readonly lifetime: Cancellation
  try(): Trial<Admission> | Promise<Trial<Admission>>
  /** It was admitted, but has left. */
  giveBack(admission: Admission): void
}

interface Waiter<Admission> {
  readonly call: WaitingCall<Admission>
  /** Undefined: its time is up. */
  readonly leave: (admission: Admission | undefined) => void
  gone: boolean
}

/** Room that other processes free is not told here: it is looked for at least as often. */
const lookAgainMs = 1000
const pauseMsMin = 5

/**
 * Calls of one policy that wait for room, within one process: turns go round among consumers, and
 * within one consumer by arrival. Whoever frees room calls `wake`; otherwise they are tried again
 * when a window has moved as far as they need.
 */
export class UsageQueue<Admission> {
  readonly #clock: Clock
  /** By consumer, in the order of their turns. */
  readonly #lanes = new Map<string, Waiter<Admission>[]>()
  #length = 0
  #timer: Timer | undefined
  #isTrying = false
  #tryAgain = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get length(): number {
    return this.#length
  }

  /** Undefined when `maxWaitMs` is over. Rejects with the reason for which the call must end. */
  wait(call: WaitingCall<Admission>): Promise<Admission | undefined> {
    return new Promise((resolve, reject) => {
      const listener = {
        onCancel: (reason: Error) => {
          leave(undefined)
          reject(reason)
        },
      }
      const leave = (admission: Admission | undefined) => {
        timer.cancel()
        call.lifetime.unlisten(listener)
        this.#remove(waiter)
        resolve(admission)
      }
      const waiter: Waiter<Admission> = { call, leave, gone: false }
      const timer = this.#clock.setTimer(call.maxWaitMs, () => leave(undefined))
      const lane = this.#lanes.get(call.consumer)
      if (lane === undefined) this.#lanes.set(call.consumer, [waiter])
      else lane.push(waiter)
      this.#length += 1
      call.lifetime.listen(listener)
      if (!waiter.gone) this.wake()
    })
  }

  /** There may be room. */
  wake(): void {
    if (this.#length === 0) return
    if (this.#isTrying) {
      this.#tryAgain = true
      return
    }
    this.#isTrying = true
    void this.#tryAll()
  }

  /** Never rejects: what a trial throws is the waiter's. */
  async #tryAll(): Promise<void> {
    let pauseMs = lookAgainMs
    do {
      this.#tryAgain = false
      pauseMs = lookAgainMs
      for (let served = true; served;) {
        served = false
        // Whose turn has ended comes last, and not again in this round.
        const round = [...this.#lanes.keys()]
        for (const consumer of round) {
          const waiter = this.#lanes.get(consumer)?.[0]
          if (waiter === undefined) continue
          const waitMs = await this.#try(waiter)
          if (waitMs === undefined) {
            served = true
            this.#endTurn(consumer)
          } else pauseMs = Math.min(pauseMs, waitMs)
        }
      }
    } while (this.#tryAgain)
    this.#isTrying = false
    this.#timer?.cancel()
    this.#timer =
      this.#length === 0
        ? undefined
        : this.#clock.setTimer(Math.max(pauseMs, pauseMsMin), () => this.wake())
  }

  /** Undefined if it waits no more; otherwise milliseconds until it is worth another trial. */
  async #try(waiter: Waiter<Admission>): Promise<number | undefined> {
    const { call } = waiter
    const trial = await call.try()
    if (!trial.done) return waiter.gone ? undefined : (trial.retryAfterMs ?? lookAgainMs)
    if (waiter.gone) call.giveBack(trial.admission)
    else waiter.leave(trial.admission)
    return undefined
  }

  /** Its next call waits until the others have had a turn. */
  #endTurn(consumer: string): void {
    const lane = this.#lanes.get(consumer)
    if (lane === undefined) return
    this.#lanes.delete(consumer)
    this.#lanes.set(consumer, lane)
  }

  #remove(waiter: Waiter<Admission>): void {
    if (waiter.gone) return
    waiter.gone = true
    this.#length -= 1
    const { consumer } = waiter.call
    const lane = this.#lanes.get(consumer) ?? []
    lane.splice(lane.indexOf(waiter), 1)
    if (lane.length === 0) this.#lanes.delete(consumer)
    if (this.#length > 0) return
    this.#timer?.cancel()
    this.#timer = undefined
  }
}
