/** What a policy is attached to; keys are `namespace/name`. */
export type PolicyTarget =
  | {
      readonly kind: 'RoutingPolicy'
      readonly key: string
      /** One rule of it; undefined means all. */
      readonly rule: string | undefined
    }
  | {
      readonly kind: 'LLMProvider'
      readonly key: string
      /** One of the provider's own models; undefined means all. */
      readonly model: string | undefined
    }
  | { readonly kind: 'LLMGateway' | 'PromptTemplate' | 'Consumer'; readonly key: string }

/** Which of the calls at a target a policy is for: all given fields must hold. */
export interface PolicyMatch {
  /** As the caller names them; exact, or with a trailing `*`. */
  readonly models: readonly string[]
  readonly groups: readonly string[]
  /** As `namespace/name`. */
  readonly consumers: readonly string[]
  /** Names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** A CEL expression over the call that is known to compile; empty for no condition. */
  readonly cel: string
}
