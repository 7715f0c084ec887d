import type { ResourceIdentity } from './resource-identity.ts'

export interface ContextStrategySettings extends ResourceIdentity {
  readonly history:
    | { readonly mode: 'Full' }
    | { readonly mode: 'LastTurns'; readonly turns: number; readonly slackTurns: number }
  readonly reserveOutputTokens: number
  readonly onOverflow: 'Compact' | 'Error'
  /** What a message does when another turn of its conversation runs. */
  readonly onConcurrent: {
    readonly mode: 'Queue' | 'Interrupt' | 'Reject'
    readonly maxWaitMs: number
  }
  /** What happens to a turn whose caller disconnects. */
  readonly onDisconnect: 'Continue' | 'Cancel'
}
