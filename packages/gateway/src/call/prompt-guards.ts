import type { Item } from '@fairlead/llm'

/** Looks at what a prompt gets beside what its caller has just sent. */
export interface PromptGuards {
  /** A text that the gateway asks a model about of its own accord. Throws the refusal. */
  own(text: string): string
  /** A retrieved text as it may be quoted; undefined for one that may not. */
  passage(text: string): string | undefined
  /**
   * The items of a prompt, as they may be sent; with `hasPersona`, the first is the gateway's own.
   * Throws the refusal where they may not.
   */
  history(items: readonly Item[], hasPersona: boolean): readonly Item[]
}
