import type { ResourceIdentity } from './resource-identity.ts'

export interface ContextStrategySettings extends ResourceIdentity {
  readonly history:
    | { readonly mode: 'Full' }
    | { readonly mode: 'LastTurns'; readonly turns: number; readonly slackTurns: number }
    | { readonly mode: 'TokenWindow'; readonly highTokens: number; readonly lowTokens: number }
  readonly reserveOutputTokens: number
  /** The most tokens of past turns that are sent, beside what is pinned; undefined for no limit. */
  readonly historyTokens: number | undefined
  readonly onOverflow: 'Compact' | 'Error'
  /** What a message does when another turn of its conversation runs. */
  readonly onConcurrent: {
    readonly mode: 'Queue' | 'Interrupt' | 'Reject'
    readonly maxWaitMs: number
  }
  /** What happens to a turn whose caller disconnects. */
  readonly onDisconnect: 'Continue' | 'Cancel'
}
