import type { KeptAnswer, NewAnswer } from '@fairlead/gateway'

/** What a worker asks of the process that keeps the answers of CachePolicies, in the order of the calls. */
export type AnswerRequest =
  | {
      readonly ask: 'get'
      /** Unique within the worker. */
      readonly id: number
      readonly policy: string
      readonly key: string
    }
  | {
      readonly ask: 'put'
      readonly policy: string
      readonly key: string
      readonly answer: NewAnswer
    }
  | { readonly ask: 'retain'; readonly policies: readonly string[] }

/** The answer to a `get`; without one where nothing is kept. */
export interface AnswerNews {
  readonly id: number
  readonly kept?: KeptAnswer
}
