import type { EvaluatedCase, EvaluationCase } from '@fairlead/gateway'

/** What the owner of evaluations asks a worker. */
export interface EvaluationNews {
  readonly question: number
  readonly asked: EvaluationCase
}

/** What a worker answers. */
export interface EvaluationReply {
  readonly question: number
  readonly evaluated: EvaluatedCase
}
