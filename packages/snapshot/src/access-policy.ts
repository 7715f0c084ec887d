import type { PolicyTarget } from './policy-target.ts'
import type { ResourceIdentity } from './resource-identity.ts'

/**
 * Who may use what. `Deny` wins. Where an `Allow` policy names resources of a kind, only what some
 * `Allow` policy grants of that kind is allowed.
 */
export interface AccessPolicySettings extends ResourceIdentity {
  readonly targets: readonly PolicyTarget[]
  readonly action: 'Allow' | 'Deny'
  /** `Shadow` reports what it would refuse, and refuses nothing. */
  readonly mode: 'Enforce' | 'Shadow'
  readonly subjects: AccessSubjects
  readonly resources: AccessResources
}

/** All given fields must hold; without any, everyone. */
export interface AccessSubjects {
  /** Any one of them. */
  readonly groups: readonly string[]
  /** None of them. */
  readonly notGroups: readonly string[]
  /** As `namespace/name`. */
  readonly consumers: readonly string[]
  /** As `namespace/name`. */
  readonly serviceAccounts: readonly string[]
  /** Each claim of the token must have the value, or hold it in its list. */
  readonly claims: readonly { readonly name: string; readonly value: string }[]
  /** A CEL expression over the call that is known to compile; empty for no condition. */
  readonly cel: string
}

/** Exact names, or with a trailing `*`; resources as `namespace/name`. */
export interface AccessResources {
  readonly models: readonly string[]
  readonly providers: readonly string[]
  readonly promptTemplates: readonly string[]
  readonly personas: readonly string[]
  /** Names of the tools that a caller may offer a model. */
  readonly tools: readonly string[]
  readonly features: readonly AccessFeature[]
}

export type AccessFeature =
  | 'Streaming'
  | 'Tools'
  | 'Vision'
  | 'Audio'
  | 'Files'
  | 'StructuredOutput'
  | 'Conversations'
  | 'Prompts'
