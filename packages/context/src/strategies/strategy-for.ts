import type { StrategyInput } from '../conversations.ts'
import type { ContextStrategy } from './context-strategy.ts'
import { full } from './full.ts'
import { lastTurns } from './last-turns.ts'

/** The strategy that the settings name. */
export function strategyFor({ history }: Pick<StrategyInput, 'history'>): ContextStrategy {
  switch (history.mode) {
    case 'Full':
      return full
    case 'LastTurns':
      return lastTurns(history.turns, history.slackTurns)
    default:
      return history satisfies never
  }
}
