import type { HistorySettings } from '../strategies/strategies.ts'

/** A ContextStrategy as plans are made from it; the gateway takes it from its snapshot. */
export interface StrategyInput {
  readonly name: string
  readonly generation: number
  readonly history: HistorySettings
  readonly reserveOutputTokens: number
  /** When the prompt does not fit: cut the oldest history, or refuse the call. */
  readonly onOverflow: 'Compact' | 'Error'
}
