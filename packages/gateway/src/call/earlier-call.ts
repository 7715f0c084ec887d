import type { EarlierAnswer } from '@fairlead/context'

/** What is known of the call whose answer a call gets, because it repeats it. */
export interface EarlierCall {
  readonly answer: EarlierAnswer
  /** The id of its answer. */
  readonly id: string
  /** Unix seconds. */
  readonly createdAt: number
}
