/**
 * The capabilities of a data plane build, derived from its lists of alternatives. Resources are
 * judged by them, so that what is served, what conditions say and what the documentation lists
 * agree.
 */
export interface Capabilities {
  readonly providerTypes: readonly ProviderTypeCapability[]
  /** First segments of the paths that every gateway serves itself. */
  readonly ownSegments: readonly string[]
  /** Supported values of ConversationStore `spec.type`. */
  readonly conversationStoreTypes: readonly string[]
  /** Supported values of a routing rule's `strategy`. */
  readonly routingStrategies: readonly string[]
  /** Supported values of ContextStrategy `spec.history.mode`. */
  readonly historyModes: readonly string[]
}

/** How providers of one type are reached. */
export interface ProviderTypeCapability {
  /** Value of LLMProvider `spec.type`. */
  readonly type: string
  /** False for an in-process provider, which has no address. */
  readonly remote: boolean
  /** Default base URL, version segment included. */
  readonly address: string | undefined
  /**
   * Default base URL by where its settings place it: an Azure resource, a location, a region. For a
   * type that has such settings, instead of `address`.
   */
  addressOf?(place: string): string
  /**
   * For a type at which the gateway can have an identity of its own: the domains that its cloud alone
   * serves models at.
   */
  readonly identityHosts?: readonly string[]
  /** Appended to a baseURL without a path; when undefined, a baseURL is used as is. */
  readonly versionPath: string | undefined
  /**
   * Base URLs by the values of `spec.preset`; empty for a type without presets. A part in braces is
   * known only to the user, who gives such an address in `spec.baseURL`.
   */
  readonly presets: ReadonlyMap<string, string>
}
