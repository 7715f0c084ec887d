import type { KnowledgeUse } from './knowledge-base.ts'
import type { ResourceIdentity } from './resource-identity.ts'

export interface ContextStrategySettings extends ResourceIdentity {
  readonly history:
    | { readonly mode: 'Full' }
    | { readonly mode: 'LastTurns'; readonly turns: number; readonly slackTurns: number }
    | { readonly mode: 'TokenWindow'; readonly highTokens: number; readonly lowTokens: number }
    | {
        readonly mode: 'Summarize'
        readonly triggerTokens: number
        readonly targetTokens: number
        readonly keepLastTurns: number
        /** As callers name it; undefined for the model of the conversation. */
        readonly model: string | undefined
      }
  /** Which earlier turns are looked for that the history lacks. */
  readonly retrieval:
    | { readonly mode: 'None' }
    | { readonly mode: 'BM25'; readonly maxTokens: number; readonly neighbours: number }
    | {
        readonly mode: 'Vector' | 'Hybrid'
        readonly maxTokens: number
        readonly neighbours: number
        /** Name of the model that makes the vectors, as callers name it. */
        readonly model: string
      }
  /** How notes about whom a conversation is about are used and made. Not at all when left out. */
  readonly memory?:
    | {
        readonly recall: 'All' | 'BM25'
        readonly maxTokens: number
        /** How models make notes of turns; undefined where callers alone make them. */
        readonly extract:
          | {
              /** As callers name it. */
              readonly model: string
              readonly maxNotes: number
              readonly maxNoteTokens: number
              /** Undefined where notes are kept until they are deleted. */
              readonly ttlMs: number | undefined
            }
          | undefined
      }
    | undefined
  readonly reserveOutputTokens: number
  /** The most tokens of past turns that are sent, beside what is pinned; undefined for no limit. */
  readonly historyTokens: number | undefined
  /** Whether providers are told what to cache of a prompt, where callers do not. */
  readonly promptCaching: 'Auto' | 'None'
  /** From how many tokens on providers that can are asked to compact; undefined for never. */
  readonly compactAtTokens: number | undefined
  readonly onOverflow: 'Compact' | 'Error'
  /** What a message does when another turn of its conversation runs. */
  readonly onConcurrent: {
    readonly mode: 'Queue' | 'Interrupt' | 'Reject'
    readonly maxWaitMs: number
  }
  /** What happens to a turn whose caller disconnects. */
  readonly onDisconnect: 'Continue' | 'Cancel'
  /** What is retrieved of knowledge bases. Nothing when left out. */
  readonly knowledge?: KnowledgeUse | undefined
}
