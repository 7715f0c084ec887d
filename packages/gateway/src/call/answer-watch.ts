import type { ModelError } from '@fairlead/llm'

/** Told how an answer goes on, by whoever reads it. */
export interface AnswerWatch {
  /** Content has come, or the model is thinking. */
  progressed(): void
  /** The answer is complete; only the end of the connection's stream is missing. */
  finished(): void
  /** It was read to its end, and is whole. */
  completed(): void
  /** The caller does not read for now, so nothing more is asked of the provider. */
  suspend(): void
  resume(): void
  /** It broke off after it had begun: the error that the caller is told, and why in few words. */
  broke(error: ModelError, reason: string): void
}
