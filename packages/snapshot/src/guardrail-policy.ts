import type { PolicyMatch, PolicyTarget } from './policy-target.ts'
import type { ResourceIdentity } from './resource-identity.ts'
import type { TransformSettings } from './transform-settings.ts'

/** What calls and their answers may not contain. All that are for a call apply, in their order. */
export interface GuardrailPolicySettings extends ResourceIdentity {
  readonly targets: readonly PolicyTarget[]
  readonly match: PolicyMatch
  /** A policy with a lower one comes first; of equal ones, the one with the lower name. */
  readonly order: number
  readonly guards: readonly GuardSettings[]
  /** What is done to answers, one after the other, before the guards look at them. */
  readonly transforms: readonly TransformSettings[]
  readonly stream: GuardedStream
  /** `Shadow` looks and reports, and changes nothing. */
  readonly mode: 'Enforce' | 'Shadow'
  /** What a caller is told whose call or answer is rejected. */
  readonly refusal: string
  /** What becomes of a call with text that cannot be looked at. */
  readonly failureMode: 'Closed' | 'Open'
}

/** What is looked for, where, and what is done about it. */
export interface GuardSettings {
  readonly name: string
  readonly phases: readonly GuardPhase[]
  readonly look: GuardLook
  readonly action: GuardAction
  /** From 1 to 100. */
  readonly samplePercent: number
}

export type GuardPhase =
  'Input' | 'ToolDefinitions' | 'ToolArguments' | 'ToolOutput' | 'Knowledge' | 'Output'

/** What a guard looks for; known to compile. */
export interface GuardLook {
  readonly detectors: readonly GuardDetector[]
  readonly sensitivity: 'Low' | 'Medium' | 'High'
  /** In the syntax of RE2. */
  readonly patterns: readonly string[]
  readonly keywords: readonly string[]
}

type GuardDetector =
  | 'Email'
  | 'PhoneNumber'
  | 'CreditCard'
  | 'IBAN'
  | 'NationalId'
  | 'IPAddress'
  | 'Secret'
  | 'URL'
  | 'PromptInjection'

export type GuardAction =
  | { readonly type: 'Mask'; readonly reversible: boolean }
  | { readonly type: 'Replace'; readonly with: string }
  | { readonly type: 'Reject' | 'Annotate' }

/** What becomes of an answer that is a stream. */
interface GuardedStream {
  readonly mode: 'HoldBack' | 'Buffer' | 'RejectOnly'
  /** In UTF-16 code units. */
  readonly window: number
}
