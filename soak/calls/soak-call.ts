import type { SeededRandom } from '@fairlead/base/testing'
import type { Question } from '../upstream/asked-answer.ts'

/** What calls are made with. */
export interface CallSite {
  /** Base URL of the gateway. */
  readonly gateway: string
  /** With the caller's key. */
  readonly headers: Readonly<Record<string, string>>
  readonly random: SeededRandom
  /** A question that nobody has asked yet. */
  question(words: number): Question
}

/** A kind of call. */
export interface SoakCall {
  /** As the table of calls names it. */
  readonly name: string
  /** How often it is made, beside the others. */
  readonly weight: number
  /** Makes it, and rejects with what is wrong if its outcome should not have been. */
  run(site: CallSite): Promise<void>
}
