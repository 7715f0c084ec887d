import type { ContextStrategy } from '@fairlead/api'
import { identityOf } from './resource-key.ts'
import type { ContextStrategySettings } from '@fairlead/snapshot'

/** Modes that nothing runs yet fall back to the full history; the Accepted condition says so. */
export function compileStrategy(strategy: ContextStrategy): ContextStrategySettings {
  const { history, budget, onOverflow } = strategy.spec
  return {
    ...identityOf(strategy),
    history:
      history?.mode === 'LastTurns'
        ? {
            mode: 'LastTurns',
            turns: history.lastTurns?.turns ?? 10,
            slackTurns: history.lastTurns?.slackTurns ?? 0,
          }
        : { mode: 'Full' },
    reserveOutputTokens: budget?.reserveOutputTokens ?? 1024,
    onOverflow: onOverflow ?? 'Compact',
  }
}
