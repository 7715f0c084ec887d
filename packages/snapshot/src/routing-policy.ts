import type { AnswerTimeouts } from './llm-provider.ts'
import type { ResourceIdentity } from './resource-identity.ts'

export interface Route {
  readonly policy: ResourceIdentity
  /** The rule's name; shown in `x-fairlead-route` as `policy/rule`. */
  readonly rule: string
  readonly match: RouteMatch
  /** A routing strategy from the capabilities. */
  readonly strategy: string
  readonly targets: readonly RouteTarget[]
  readonly retry: RetrySettings
  /** Instead of those of the targets' providers, where given. */
  readonly timeouts: AnswerTimeouts
  /** Undefined where related calls need not go to the same target. */
  readonly stickiness: StickinessSettings | undefined
  /** Undefined where no call is copied. */
  readonly mirror: MirrorSettings | undefined
}

/** What the calls that go to the same target have in common. */
export type StickinessSettings =
  | { readonly by: 'Conversation' | 'Consumer' | 'PromptPrefix' }
  /** The name is in lower case. */
  | { readonly by: 'Header'; readonly header: string }

/** Where a copy of some calls goes. */
export interface MirrorSettings {
  /** Key of `providers`. */
  readonly provider: string
  /** The model requested from the provider; undefined keeps the caller's. */
  readonly model: string | undefined
  /** From 0 to 100. */
  readonly percent: number
}

/** All given fields must match; empty lists and undefined match everything. */
export interface RouteMatch {
  /** Exact, or with a trailing `*`. */
  readonly models: readonly string[]
  readonly groups: readonly string[]
  /** As `namespace/name`. */
  readonly consumers: readonly string[]
  /** Names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** As `namespace/name`. */
  readonly promptTemplates: readonly string[]
  /**
   * Estimated tokens of the caller's input, both bounds inclusive; undefined matches any length.
   */
  readonly inputTokens: { readonly min: number; readonly max: number | undefined } | undefined
  /** A CEL expression over the call that is known to compile; empty for no condition. */
  readonly cel: string
  /** What the prompt asks for, by the gateway's own classifier. */
  readonly promptTypes: readonly PromptType[]
  /** From 0 to 100, both bounds inclusive; undefined matches any. */
  readonly complexity: { readonly min: number; readonly max: number } | undefined
}

/** What a prompt asks for. */
type PromptType =
  | 'Code'
  | 'Summarization'
  | 'Extraction'
  | 'Translation'
  | 'Reasoning'
  | 'Conversation'
  | 'Classification'
  | 'Creative'
  | 'Math'
  | 'QuestionAnswering'
  | 'Rewriting'

export interface RouteTarget {
  readonly name: string
  /** Key of `providers`. */
  readonly provider: string
  /** The model requested from the provider; undefined keeps the caller's. */
  readonly model: string | undefined
  readonly weight: number
}

export type RetryCondition = 'RateLimited' | 'ServerError' | 'Timeout' | 'Connect'

export interface RetrySettings {
  /** Retries after the first attempt, across all targets; 0 means none. */
  readonly attempts: number
  /** No retry begins later than this after the call's start; undefined sets no bound. */
  readonly withinMs?: number | undefined
  /** The failures that are retried. */
  readonly conditions: readonly RetryCondition[]
}
