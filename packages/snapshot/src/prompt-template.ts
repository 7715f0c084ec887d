import type { ResourceIdentity } from './resource-identity.ts'

export interface PromptTemplateSettings extends ResourceIdentity {
  /** By version. */
  readonly versions: ReadonlyMap<string, PromptVersion>
  /** Further names of versions; none is a key of `versions`. */
  readonly labels: ReadonlyMap<string, string>
  /** Weighted shares, each with a weight above 0; at least one has no `match`. */
  readonly rollout: readonly RolloutShare[]
  readonly sticky: PromptStickiness
  /**
   * Additional path under which it is served, such as `/summarise`; undefined when none was
   * granted.
   */
  readonly path: string | undefined
}

export interface RolloutShare {
  readonly version: string
  /** Tells shares of the same version apart; may be empty. */
  readonly cohort: string
  readonly weight: number
  /** The calls that it is of; undefined for those that no other share matches. */
  readonly match: CohortMatch | undefined
}

/** Calls of a cohort: all given fields must hold; at least one is given. */
export interface CohortMatch {
  readonly groups: readonly string[]
  /** As `namespace/name`. */
  readonly consumers: readonly string[]
  /** Names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
}

/** What the calls have in common that get the same version. */
export type PromptStickiness =
  | { readonly by: 'None' | 'Conversation' | 'Consumer' | 'EndUser' }
  /** The name is in lower case. */
  | { readonly by: 'Header'; readonly header: string }

export interface PromptVersion {
  readonly version: string
  readonly messages: readonly {
    readonly role: 'system' | 'developer' | 'user' | 'assistant'
    readonly content: string
  }[]
  /** JSON Schema 2020-12 of the parameters; undefined accepts none. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined
  readonly model: string | undefined
  readonly temperature: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly responseFormat:
    | { readonly type: 'Text' }
    | { readonly type: 'JSONObject' }
    | {
        readonly type: 'JSONSchema'
        readonly name: string
        readonly schema: Readonly<Record<string, unknown>>
      }
}
