import type { ServerResponse } from '@fairlead/http1'
import { Cancellation, type Clock, type Timer } from '@fairlead/base'
import { CallerGone, gatewayError } from '../errors/gateway-error.ts'

/** Made once: a stack for every call would cost more than the call's end. */
const callEnded = new Error('the call has ended')

type ClosableResponse = Pick<ServerResponse, 'onClose'>

/**
 * How long a call may run: until it ends, its caller disconnects, it times out or the gateway
 * stops. The reason is the error that says which.
 */
export class CallLifetime extends Cancellation {
  readonly #response: ClosableResponse
  readonly #timer: Timer
  /** Told that the caller has left; undefined where that ends the call. */
  #onCallerLeft: (() => void) | undefined
  /** Its index in RunningCalls, which maintains it. */
  place = 0

  constructor(response: ClosableResponse, clock: Clock, timeoutMs: number) {
    super()
    this.#response = response
    this.#timer = clock.setTimer(timeoutMs, () =>
      this.cancel(gatewayError.requestTimeout(timeoutMs)),
    )
    response.onClose(() => {
      if (this.#onCallerLeft === undefined) this.cancel(new CallerGone())
      else this.#onCallerLeft()
    })
  }

  /** A caller who disconnects does not end the call from now on; `callerLeft` is told instead. */
  outliveCaller(callerLeft: () => void = () => {}): void {
    this.#onCallerLeft = callerLeft
  }

  /** Ends what the call has started and not read to its end, such as a provider's answer. */
  end(): void {
    this.#timer.cancel()
    this.#response.onClose(undefined)
    this.cancel(callEnded)
  }
}
