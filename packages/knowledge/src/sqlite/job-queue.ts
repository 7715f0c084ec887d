import { abortReason } from '@fairlead/base'
import type { IndexJob } from './index-messages.ts'

/** Of searches, and of everything else, so many may wait. */
const waitingMax = 1000

export interface WaitingJob {
  readonly job: IndexJob
  /** Whoever asked gives up when it aborts. */
  readonly signal: AbortSignal | undefined
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * What waits for the thread of an index. Searches that nobody waits for any more are dropped, and what
 * keeps the index up to date waits for one search at most, however many there are.
 */
export class JobQueue {
  #searches: WaitingJob[] = []
  readonly #others: WaitingJob[] = []
  #isOthersTurn = false

  /** Throws where too much waits. */
  add(waiting: WaitingJob): void {
    const isSearch = waiting.job.operation === 'search'
    if (isSearch && this.#searches.length >= waitingMax) {
      this.#searches = this.#searches.filter((one) => !isGivenUp(one))
    }
    const list = isSearch ? this.#searches : this.#others
    if (list.length >= waitingMax) throw new Error('too much is waiting for the index')
    list.push(waiting)
  }

  /** What is to be done next; undefined where nothing waits. */
  next(): WaitingJob | undefined {
    const other = this.#isOthersTurn ? this.#others.shift() : undefined
    this.#isOthersTurn = false
    if (other !== undefined) return other
    let search = this.#searches.shift()
    while (search !== undefined && isGivenUp(search)) search = this.#searches.shift()
    if (search === undefined) return this.#others.shift()
    this.#isOthersTurn = true
    return search
  }

  /** Of everything that waits. */
  fail(error: Error): void {
    for (const { reject } of [...this.#searches, ...this.#others]) reject(error)
    this.#searches = []
    this.#others.length = 0
  }
}

/** Tells whoever has given up so. */
function isGivenUp({ reject, signal }: WaitingJob): boolean {
  if (signal?.aborted !== true) return false
  reject(abortReason(signal))
  return true
}
