import type { MemorySettings } from '../strategies/memory-settings.ts'
import type { RetrievalSettings } from '../strategies/retrieval-settings.ts'
import type { HistorySettings } from '../strategies/strategies.ts'

/** A ContextStrategy as plans are made from it; the gateway takes it from its snapshot. */
export interface StrategyInput {
  readonly name: string
  readonly generation: number
  readonly history: HistorySettings
  /** Which earlier turns are looked for that the history lacks. None when left out. */
  readonly retrieval?: RetrievalSettings
  /** Which notes about the conversation's subject are quoted, and made. None when left out. */
  readonly memory?: MemorySettings | undefined
  readonly reserveOutputTokens: number
  /** The most tokens of past turns that are sent, beside what is pinned. No limit when left out. */
  readonly historyTokens?: number | undefined
  /** Whether providers are told what to cache of a prompt, where callers do not. `Auto` when left out. */
  readonly promptCaching?: 'Auto' | 'None'
  /** From how many tokens on providers that can are asked to compact. They are not when left out. */
  readonly compactAtTokens?: number | undefined
  /** When the prompt does not fit: cut the oldest history, or refuse the call. */
  readonly onOverflow: 'Compact' | 'Error'
}
