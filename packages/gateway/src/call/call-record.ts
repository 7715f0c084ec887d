import type { Usage } from '@fairlead/llm'
import type { CallTarget } from './match-route.ts'

/** What is found out about a call while it runs: for its headers, its metrics and its log line. */
export class CallRecord {
  readonly requestId: string
  /** Milliseconds of performance.now(). */
  readonly startedMs = performance.now()
  method = ''
  /** Without the query, where some clients put their key. */
  path = ''
  tenant = ''
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

  constructor(requestId: string) {
    this.requestId = requestId
  }

  waits(): void {
    this.#waitingSinceMs = performance.now()
  }

  goesOn(): void {
    this.#waitedMs += performance.now() - this.#waitingSinceMs
  }

  firstByte(): void {
    this.firstByteMs = performance.now()
    this.overheadAtFirstByteMs = this.firstByteMs - this.startedMs - this.#waitedMs
  }

  /** Time spent in the gateway itself, from the request until now. */
  overheadMs(): number {
    return performance.now() - this.startedMs - this.#waitedMs
  }
}
