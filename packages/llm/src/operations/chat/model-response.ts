import type { Usage } from '../usage.ts'
import type { DialectExtras, Item } from './item.ts'

export type { Usage } from '../usage.ts'

/** A whole answer in no provider's format. */
export interface ModelResponse {
  readonly id: string
  /** The model that answered, according to the provider. */
  readonly model: string
  /** Unix seconds. */
  readonly createdAt: number
  readonly output: readonly Item[]
  readonly finishReason: FinishReason
  /** The provider's own word for its end says nothing of an answer that came to it: it may be cut. */
  readonly endsOddly?: true
  readonly usage?: Usage
  /** The stop sequence at which it ended, where the provider tells it. */
  readonly stopSequence?: string
  readonly serviceTier?: string
  /** Fields without a canonical name, for a caller of the same dialect. */
  readonly extras?: DialectExtras
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'
