import type { Item } from '@fairlead/llm'

/** Looks at what a prompt gets beside what its caller has just sent. */
export interface PromptGuards {
  /** A retrieved text as it may be quoted; undefined for one that may not. */
  passage(text: string): string | undefined
  /** What a conversation has already, as it may be sent. Throws the refusal where it may not. */
  history(items: readonly Item[]): readonly Item[]
}
