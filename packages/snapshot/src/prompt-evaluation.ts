import type { ResourceIdentity } from './resource-identity.ts'

export interface PromptEvaluationSettings extends ResourceIdentity {
  /** Key of `promptTemplates`. */
  readonly prompt: string
  readonly versions: readonly string[]
  /** The key has the cases, as JSON lines. */
  readonly dataset: { readonly namespace: string; readonly name: string; readonly key: string }
  readonly metrics: readonly EvaluationMetric[]
  /** When it runs beside each change, as a CronJob has it; undefined for never. */
  readonly schedule: string | undefined
  /** Cases at once. */
  readonly concurrency: number
  /** For the answer to a case and its scores. */
  readonly caseTimeoutMs: number
}

/** How answers are scored, from 0 to 1. */
export type EvaluationMetric =
  | { readonly name: string; readonly type: 'ExactMatch' }
  | {
      readonly name: string
      readonly type: 'JSONSchema'
      /** Undefined for that of the version's response format. */
      readonly schema: Readonly<Record<string, unknown>> | undefined
    }
  /** By vectors of a model, or by words without one. */
  | { readonly name: string; readonly type: 'Likeness'; readonly model: string | undefined }
  | {
      readonly name: string
      readonly type: 'LLMJudge'
      readonly model: string
      readonly rubric: string
    }
