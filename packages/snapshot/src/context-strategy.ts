import type { ResourceIdentity } from './resource-identity.ts'

export interface ContextStrategySettings extends ResourceIdentity {
  readonly history:
    | { readonly mode: 'Full' }
    | { readonly mode: 'LastTurns'; readonly turns: number; readonly slackTurns: number }
  readonly reserveOutputTokens: number
  readonly onOverflow: 'Compact' | 'Error'
}
