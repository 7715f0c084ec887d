import type { Clock } from '@fairlead/base'
import type { Usage } from '@fairlead/llm'
import type { CallTarget } from '../routing/call-target.ts'

/** What is found out about a call while it runs: for its headers, its metrics and its log line. */
export class CallRecord {
  readonly requestId: string
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** Monotonic milliseconds, as all times here. */
  readonly startedMs: number
  method = ''
  /** Without the query, where some clients put their key. */
  path = ''
  /** `namespace/name` of the Consumer; empty for an anonymous caller. */
  consumer = ''
  model = ''
  stream = false
  route = ''
  attempts = 0
  target: CallTarget | undefined
  conversation: string | undefined
  status = 0
  errorCode: string | undefined
  usage: Usage | undefined
  /** When the first byte of the answer was there. */
  firstByteMs: number | undefined
  overheadAtFirstByteMs = 0
  /** Waiting for others: the caller's body, the upstream's answer, a retry's delay. */
  #waitedMs = 0
  #waitingSinceMs = 0

  constructor(requestId: string, clock: Pick<Clock, 'monotonicMs'>) {
    this.requestId = requestId
    this.#clock = clock
    this.startedMs = clock.monotonicMs()
  }

  waits(): void {
    this.#waitingSinceMs = this.#clock.monotonicMs()
  }

  goesOn(): void {
    this.#waitedMs += this.#clock.monotonicMs() - this.#waitingSinceMs
  }

  firstByte(): void {
    this.firstByteMs = this.#clock.monotonicMs()
    this.overheadAtFirstByteMs = this.firstByteMs - this.startedMs - this.#waitedMs
  }

  /** Time spent in the gateway itself, from the request until now. */
  overheadMs(): number {
    return this.#clock.monotonicMs() - this.startedMs - this.#waitedMs
  }
}
