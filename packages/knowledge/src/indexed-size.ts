import { canonicalJson } from '@fairlead/base'
import { type IndexedDocument, metadataBytesMax } from './knowledge-index.ts'

/** The metadata as JSON, and how much of an index's room a document takes. Throws for metadata that is too long. */
export function indexedSize(document: IndexedDocument): {
  readonly metadata: string
  readonly bytes: number
} {
  const { passages, title, url } = document
  const metadata = canonicalJson(document.metadata)
  const metadataBytes = Buffer.byteLength(metadata)
  if (metadataBytes > metadataBytesMax) {
    throw new Error(`the metadata of a document has more than ${metadataBytesMax} bytes`)
  }
  const bytes = passages.reduce(
    (total, { headings, text, vector }) =>
      total +
      Buffer.byteLength(text) +
      Buffer.byteLength(headings.join('')) +
      (vector?.length ?? 0),
    metadataBytes + Buffer.byteLength(`${title ?? ''}${url ?? ''}`),
  )
  return { metadata, bytes }
}

/** Why a document is not taken. */
export function noRoom(bytesMax: number): Error {
  return new Error(`the index has room for ${bytesMax} bytes of texts, and they are used`)
}

/** Why a vector is not taken. */
export function otherDimension(dimension: number, given: number): Error {
  return new Error(
    `the vectors of the index have ${dimension} dimensions, and this one ${given}: they are of different models`,
  )
}

/** Why a vector cannot be searched for. */
export function otherQueryDimension(dimension: number, given: number): Error {
  return new Error(
    `the vectors of the index have ${dimension} dimensions, and that of the query ${given}`,
  )
}
