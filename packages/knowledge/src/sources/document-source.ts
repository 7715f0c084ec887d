import type { SourceDocument } from '../source-document.ts'

/** Where documents come from. */
export interface DocumentSource {
  /** Unique within a knowledge base. */
  readonly name: string
  /**
   * Reads the documents, each once. A document that does not come is gone. `known` has the content
   * digest of each that is indexed, so that what has not changed need not be read on. Throws an Error,
   * without anything secret in its message, if the source cannot be read: nothing is gone then.
   */
  refresh(known: ReadonlyMap<string, string>, signal: AbortSignal): AsyncIterable<SourceChange>
}

export type SourceChange =
  | { readonly type: 'document'; readonly document: SourceDocument }
  | { readonly type: 'unchanged'; readonly id: string }
  /**
   * It could not be read, and stays as it is indexed, unless its metadata, where that is known, is
   * another now.
   */
  | {
      readonly type: 'failed'
      readonly id: string
      readonly problem: string
      readonly metadata?: SourceDocument['metadata']
    }
