/** Something that was found, and how well it fits. */
export interface Ranked {
  readonly id: string
  /** Higher is better; comparable within one list only. */
  readonly score: number
}
