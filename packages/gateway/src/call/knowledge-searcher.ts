import type { FoundPassage, KnowledgeQuery } from '@fairlead/knowledge'
import type { KnowledgeBaseSettings, LLMGatewaySettings } from '@fairlead/snapshot'

/** Searches knowledge bases, whatever has their index. */
export interface KnowledgeSearcher {
  /**
   * The best passages first. Who may search is for the caller to judge. Rejects with an Error, without
   * anything secret in its message, if the base cannot be searched.
   */
  search(
    base: KnowledgeBaseSettings,
    query: KnowledgeQuery,
    gateway: Pick<LLMGatewaySettings, 'allowPrivateNetworks'>,
  ): Promise<readonly FoundPassage[]>
}

/** What a call found in a knowledge base, as a header tells it. */
export interface KnowledgeNote {
  /** `namespace/name`. */
  readonly base: string
  /** How many passages the model was given; undefined where the base could not be searched. */
  readonly passages: number | undefined
}
