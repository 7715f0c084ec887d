/** One verdict for each input, in their order. */
export interface ModerationAnswer {
  readonly id: string
  readonly results: readonly ModerationResult[]
}

export interface ModerationResult {
  /** Whether the model finds anything wrong. */
  readonly flagged: boolean
  /** Whether it finds a kind of thing, by the model's own names. */
  readonly categories: Readonly<Record<string, boolean>>
  /** How sure it is of each, from 0 to 1. */
  readonly scores: Readonly<Record<string, number>>
  /** Which types of input were looked at for each; absent where the model does not say. */
  readonly appliedInputTypes?: Readonly<Record<string, readonly string[]>>
}
