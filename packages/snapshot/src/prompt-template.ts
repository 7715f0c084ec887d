import type { ResourceIdentity } from './resource-identity.ts'

export interface PromptTemplateSettings extends ResourceIdentity {
  /** By version. */
  readonly versions: ReadonlyMap<string, PromptVersion>
  /** Weighted shares; at least one. */
  readonly rollout: readonly { readonly version: string; readonly weight: number }[]
  /**
   * Additional path under which it is served, such as `/summarise`; undefined when none was
   * granted.
   */
  readonly path: string | undefined
}

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
