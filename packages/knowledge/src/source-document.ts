import type { MetadataValue } from './metadata-filter.ts'

/** What a document is written in. */
export type MediaType = 'text/markdown' | 'text/html' | 'text/plain' | 'application/pdf'

/** A document as a source has it. */
export interface SourceDocument {
  /** Unique within the source. */
  readonly id: string
  readonly mediaType: MediaType
  /** Texts are UTF-8. */
  readonly content: Uint8Array
  /** Null where the document says it itself. */
  readonly title: string | null
  readonly url: string | null
  readonly metadata: Readonly<Record<string, MetadataValue>>
}

/** The most bytes of the content of a document. */
export const documentBytesMax = 16 * 1024 * 1024
