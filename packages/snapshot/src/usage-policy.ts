import type { PolicyMatch, PolicyTarget } from './policy-target.ts'
import type { ResourceIdentity } from './resource-identity.ts'

/** Limits of what calls may use. Every policy that matches a call applies. */
export interface UsagePolicySettings extends ResourceIdentity {
  readonly targets: readonly PolicyTarget[]
  readonly match: PolicyMatch
  /** What has counters of its own; empty: one counter for all calls. */
  readonly per: readonly UsageSubject[]
  readonly limits: readonly UsageLimit[]
  /** Calls that may run at the same time, per subject; undefined sets no bound. */
  readonly concurrency: number | undefined
  /** `Shadow` counts and reports, and refuses nothing. */
  readonly mode: 'Enforce' | 'Shadow'
  readonly onExceeded: OnExceeded
  /** What becomes of calls while counters cannot be reached. */
  readonly onStoreFailure: 'Deny' | 'Allow'
  /**
   * `Exact` reserves the most that a call can use, so that no limit is ever exceeded; `Expected` what
   * it will probably use.
   */
  readonly reservation: 'Exact' | 'Expected'
  readonly charges: UsageCharges
}

export type UsageSubject =
  | { readonly by: 'Consumer' | 'Group' | 'Key' | 'EndUser' | 'Model' | 'Provider' }
  /** A CEL expression over the call that is known to compile; its value as text is the subject. */
  | { readonly by: 'CEL'; readonly cel: string }

export type UsageWindow =
  | { readonly type: 'Sliding'; readonly everyMs: number }
  | {
      readonly type: 'Calendar'
      readonly period: 'Hour' | 'Day' | 'Week' | 'Month' | 'Year'
      /** A name of the IANA database that is known to exist. */
      readonly timeZone: string
    }

/** One limit of a policy, of one measure. */
export interface UsageLimit {
  /** Unique within the policy. */
  readonly name: string
  readonly measure: 'Requests' | 'TotalTokens' | 'InputTokens' | 'OutputTokens' | 'Cost'
  /** Requests, tokens, or for `Cost` nanodollars (1e-9 US dollar). */
  readonly amount: number
  readonly window: UsageWindow
  /** Percentages of the amount at which a warning is given, ascending. */
  readonly warnAt: readonly number[]
  /** Of measure `Cost`: what becomes of a call whose price is not known. */
  readonly onUnpriced: 'Deny' | 'Allow' | 'CountTokens'
}

export type OnExceeded =
  | { readonly action: 'Reject' }
  | { readonly action: 'Queue'; readonly maxWaitMs: number; readonly maxLength: number }
  /** The call is made with this model instead, and counted there. */
  | { readonly action: 'Route'; readonly model: string }

/** What calls cost that no provider answers. */
export interface UsageCharges {
  /** Answered from an earlier answer. */
  readonly replayed: 'Nothing' | 'Requests'
  /** Refused after it was admitted, by a guard, another policy or the provider. */
  readonly refused: 'Nothing' | 'Requests'
}
