import type { JsonObject } from '@fairlead/base'
import type { MetadataFilter } from '@fairlead/knowledge'
import type { KnowledgeBaseUse } from '@fairlead/snapshot'

/** A search of a knowledge base, by a strategy or by a caller. */
export interface BaseSearch extends KnowledgeBaseUse {
  /** What a caller narrows it to, beside what it may find. */
  readonly filter?: MetadataFilter
  /** `none`: what is found stays in the order of the search. As the base says when left out. */
  readonly ranker?: 'none'
  /** Set for the tool file_search: whether its caller is told the passages, too. */
  readonly tool?: { readonly tellsResults: boolean }
}

/** A request without the tools that the gateway itself is, and what they ask for. */
export interface TakenSearches {
  readonly fields: JsonObject
  readonly searches: readonly BaseSearch[]
}
