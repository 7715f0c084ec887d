import type { MetadataFilter, MetadataValue } from './metadata-filter.ts'

/** What is looked for. */
export interface KnowledgeQuery {
  readonly text: string
  /** The embedding of the text, of length 1; needed by modes Vector and Hybrid. */
  readonly vector?: Float32Array
  readonly mode: 'BM25' | 'Vector' | 'Hybrid'
  readonly topK: number
  /** Passages with a lower score are not found. */
  readonly minScore?: number
  /** What it excludes is not read. */
  readonly filter?: MetadataFilter
  readonly signal: AbortSignal
}

/** A passage that fits a query. */
export interface FoundPassage {
  /** Unique within the knowledge base; the same as long as the passage says the same, as far as that is known. */
  readonly id: string
  readonly document: string
  readonly source: string
  readonly title: string | null
  readonly url: string | null
  /** The headings above it, the outermost first. */
  readonly headings: readonly string[]
  readonly text: string
  /** Higher is better; comparable within one knowledge base. */
  readonly score: number
  readonly metadata: Readonly<Record<string, MetadataValue>>
}

/** Finds passages. */
export interface Retriever {
  /** The best first. Rejects with an Error, without anything secret in its message, if it cannot. */
  search(query: KnowledgeQuery): Promise<readonly FoundPassage[]>
}
