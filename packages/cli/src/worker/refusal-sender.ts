import type { Clock, Timer } from '@fairlead/base'
import type { RefusalAudit, RefusedRequest } from '@fairlead/gateway'
import type { FromWorker } from '../worker-messages/messages.ts'

/** How long a refusal waits for others. */
const batchMs = 500
/** Of more refusals in that time, the first are told, and the others only counted. */
const batchMax = 50

/**
 * The refusals of this worker, on their way to the primary process. A flood of them costs a number
 * each.
 */
export class RefusalSender implements RefusalAudit {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #send: (message: FromWorker) => void
  #refused: RefusedRequest[] = []
  /** By error code, of which there are few. */
  #suppressed: Record<string, number> = {}
  #timer: Timer | undefined

  constructor(clock: Pick<Clock, 'setTimer'>, send: (message: FromWorker) => void) {
    this.#clock = clock
    this.#send = send
  }

  refused(request: RefusedRequest): void {
    const { code } = request
    if (this.#refused.length < batchMax) this.#refused.push(request)
    else this.#suppressed[code] = (this.#suppressed[code] ?? 0) + 1
    this.#timer ??= this.#clock.setTimer(batchMs, () => this.flush())
  }

  /** Sends what waits. */
  flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const [refused, suppressed] = [this.#refused, this.#suppressed]
    if (refused.length === 0) return
    this.#refused = []
    this.#suppressed = {}
    this.#send({ type: 'requests-refused', refused, suppressed })
  }
}
