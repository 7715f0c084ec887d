import type { JsonObject } from '@fairlead/base'
import type { RetrievedPassage } from '@fairlead/context'
import type { FoundPassage, MetadataFilter } from '@fairlead/knowledge'
import type { ModelError } from '@fairlead/llm'
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

/** What came of the search of one base. */
export interface SearchedBase {
  readonly search: BaseSearch
  readonly passages: readonly FoundPassage[]
  /**
   * Why it could not be searched, as callers may know it: nothing of addresses, Secrets or what a
   * service said, which is for the log and the status. Undefined where it was.
   */
  readonly problem: string | undefined
  /** Set where it is no fault of the base: a limit of the caller refused what the search needs. */
  readonly refusal?: ModelError | undefined
  /** What of the search was left out, as callers may know it; empty where it is as the base wants it. */
  readonly shortfalls: readonly string[]
}

/** What the search for a call came to, before its prompt is made. */
export interface SearchOutcome {
  /** Empty where there was none, or it is not known. */
  readonly query: string
  /** Undefined where nothing was searched. */
  readonly searched: readonly SearchedBase[] | undefined
  /** The passages that the prompt quotes already. */
  readonly earlier: readonly RetrievedPassage[]
}

/** A request without the tools that the gateway itself is, and what they ask for. */
export interface TakenSearches {
  readonly fields: JsonObject
  readonly searches: readonly BaseSearch[]
}
