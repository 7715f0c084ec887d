import type { Clock } from '@fairlead/base'
import type { ModelError } from '@fairlead/llm'
import { conversationLocked, TurnCancelled } from './conversation-errors.ts'
import type { Concurrency, TurnCaller, TurnRequest } from './conversations.ts'
import type { GrantedPlace, PlaceRequest, TurnPlace } from './turn-places.ts'
import type { YieldCause } from './turn-queue.ts'

const defaultConcurrency: Concurrency = { mode: 'Queue', maxWaitMs: 30_000 }

/** A call on its way to its turn: how long it may wait, and what ends the wait sooner. */
export class WaitingCall {
  readonly request: TurnRequest
  readonly #caller: TurnCaller
  readonly #clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  readonly #mode: Concurrency['mode']
  readonly #untilMs: number
  /** Why it must not go on. */
  #ended: ModelError | undefined
  #wake: (() => void) | undefined

  constructor(
    request: TurnRequest,
    caller: TurnCaller,
    clock: Pick<Clock, 'monotonicMs' | 'setTimer'>,
  ) {
    const { mode, maxWaitMs } = request.onConcurrent ?? defaultConcurrency
    this.request = request
    this.#caller = caller
    this.#clock = clock
    this.#mode = mode
    this.#untilMs = clock.monotonicMs() + maxWaitMs
  }

  get signal(): AbortSignal | undefined {
    return this.#caller.signal
  }

  get wanted(): PlaceRequest {
    const { tenant, conversation, bytes = 0 } = this.request
    const giveWay = (cause: YieldCause) => this.#giveWay(cause)
    return { tenant, conversation, bytes, mode: this.#mode, giveWay }
  }

  /** Ends the call that runs the turn, now or once it runs. */
  cancel(error: ModelError): void {
    if (this.#ended !== undefined) return
    this.#ended = error
    this.#wake?.()
    this.#caller.cancel?.(error)
  }

  /** Ends the wait; a turn that runs already goes on. */
  refuse(error: ModelError): void {
    if (this.#wake === undefined) return
    this.#ended ??= error
    this.#wake()
  }

  /** Throws if the caller is gone, or the call was cancelled or refused. */
  throwIfEnded(): void {
    this.#caller.signal?.throwIfAborted()
    if (this.#ended !== undefined) throw this.#ended
  }

  /** Waits for the place. Throws `conversation_locked` when it is refused or the wait is over. */
  async untilGranted(place: TurnPlace): Promise<GrantedPlace> {
    if (place.state === 'granted') return place.granted
    let granted: GrantedPlace | undefined
    if (place.state === 'waiting') {
      const noted = place.granted.then((one) => void (granted = one))
      await this.#waitFor(noted, this.#leftMs())
    }
    if (granted !== undefined) return granted
    throw conversationLocked(this.request.conversation, await place.leave())
  }

  /** Waits for a turn of which nobody tells the end. Throws when the wait is over. */
  async pause(place: TurnPlace, ms: number): Promise<void> {
    const leftMs = this.#leftMs()
    if (leftMs <= 0) throw conversationLocked(this.request.conversation, await place.leave())
    await this.#waitFor(new Promise(() => {}), Math.min(ms, leftMs))
  }

  async #waitFor(work: Promise<void>, ms: number): Promise<void> {
    const { signal, waiting = (wait) => wait } = this.#caller
    this.throwIfEnded()
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    const timer = this.#clock.setTimer(ms, wake)
    signal?.addEventListener('abort', wake, { once: true })
    this.#wake = wake
    try {
      await waiting(Promise.race([promise, work]))
    } finally {
      this.#wake = undefined
      timer.cancel()
      signal?.removeEventListener('abort', wake)
    }
    this.throwIfEnded()
  }

  #giveWay(cause: YieldCause): void {
    this.cancel(new TurnCancelled(cause))
  }

  #leftMs(): number {
    return this.#untilMs - this.#clock.monotonicMs()
  }
}
