/**
 * What a build of the data plane can do, read from its lists of alternatives. Resources are judged
 * by it, so that what is served, what a condition says and what the documents list are one thing.
 */
export interface Capabilities {
  readonly providerTypes: readonly ProviderTypeCapability[]
  /** Values of ConversationStore `spec.type` that can be opened. */
  readonly conversationStoreTypes: readonly string[]
  /** Values of a routing rule's `strategy` that can order targets. */
  readonly routingStrategies: readonly string[]
  /** Values of ContextStrategy `spec.history.mode` that can choose turns. */
  readonly historyModes: readonly string[]
}

/** How providers of one type are reached. */
export interface ProviderTypeCapability {
  /** Value of LLMProvider `spec.type`. */
  readonly type: string
  /** False for a provider inside the process, which has no address. */
  readonly remote: boolean
  /** Where it is called when the resource names no address, version segment included. */
  readonly address: string | undefined
  /** Appended to a baseURL that has no path; undefined takes a baseURL as it is. */
  readonly versionPath: string | undefined
  /** Addresses by the names that `spec.preset` takes; empty for a type without presets. */
  readonly presets: ReadonlyMap<string, string>
}
