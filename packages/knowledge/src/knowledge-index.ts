import type { Retriever } from './found-passage.ts'
import type { MetadataValue } from './metadata-filter.ts'

/** A document as it is indexed, cut into passages. */
export interface IndexedDocument {
  readonly source: string
  /** Unique within the source. */
  readonly id: string
  /** Changes with the document and with how it is cut and embedded. */
  readonly digest: string
  readonly title: string | null
  readonly url: string | null
  readonly metadata: Readonly<Record<string, MetadataValue>>
  readonly passages: readonly IndexedPassage[]
}

export interface IndexedPassage {
  readonly text: string
  /** Those above it, the outermost first. */
  readonly headings: readonly string[]
  /** Where in the document it is: its url, or the document's where it has none. */
  readonly url: string | null
  /** Of length 1. Absent where only words are searched. */
  readonly vector?: Float32Array
}

/** What an index holds of a source, or of all. */
export interface KnowledgeFigures {
  readonly documents: number
  readonly passages: number
  /** Of the texts. */
  readonly bytes: number
}

/**
 * Passages of documents, found by words, by vectors and by both. Every index passes the suite in
 * `test-support/knowledge-index-contract.ts`.
 *
 * Scores. BM25: that of the formula, from 0. Vector: the cosine, to 1. Hybrid: the share of what a
 * passage would have that is the first by words and by vectors, to 1.
 *
 * Errors: a rejection has a message for an operator, and nothing secret in it.
 */
export interface KnowledgeIndex extends Retriever {
  /** Of an index that other processes may have open, too. */
  readonly shared?: SharedIndex
  /** Resolves when it can be used no more: when it was closed, and when what it runs in has died. */
  readonly ended?: Promise<void>
  /**
   * Replaces the passages of a document, all at once, unless its digest is the same. Rejects for vectors
   * of another dimension than those that there are, beyond the bytes that the index may hold, and while
   * another process refreshes the index.
   */
  put(document: IndexedDocument): Promise<'stored' | 'unchanged'>
  /**
   * The digest of each document of a source, by its id. It stays what it was when the vectors of a
   * document are gone because another model is to make them.
   */
  digests(source: string): Promise<ReadonlyMap<string, string>>
  /** Returns how many of the documents there were. */
  remove(source: string, documents: readonly string[]): Promise<number>
  removeSource(source: string): Promise<number>
  /** By source. */
  figures(): Promise<ReadonlyMap<string, KnowledgeFigures>>
  close(): Promise<void>
}

/** What the processes that share an index have in common. */
export interface SharedIndex {
  /**
   * Whether this process is the one that keeps the index as its sources are: one of them is, until it
   * closes the index or is gone for half a minute. The others only search.
   */
  mayRefresh(): Promise<boolean>
  /** Tells the others how a source stands, in a text. */
  tell(source: string, standing: string): Promise<void>
  /** What was told last, by source. */
  told(): Promise<ReadonlyMap<string, string>>
}

/** The most bytes of the JSON of a document's metadata. */
export const metadataBytesMax = 16 * 1024

/** The most passages that one search returns. */
export const foundMax = 100
