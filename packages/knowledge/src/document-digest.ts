import { createHash } from 'node:crypto'
import { canonicalJson } from '@fairlead/base'
import type { Chunking } from './cutting/chunking.ts'
import type { MetadataValue } from './metadata-filter.ts'
import type { SourceDocument } from './source-document.ts'

/** With another way of cutting, documents are cut again. */
const cuttingVersion = 1

/**
 * The digest of an indexed document: how it was cut, which model embedded it, and the digest of its
 * content, which begins with that of its metadata. Parts are separated by dots.
 */
export function documentDigest(
  document: SourceDocument,
  chunking: Chunking,
  model: string | null,
): string {
  const cutting = shortDigest({ chunking, cuttingVersion })
  return `${cutting}.${shortDigest({ model })}.${contentDigest(document)}`
}

/** Another one for whatever is different in what a document says. */
export function contentDigest(document: SourceDocument): string {
  const { content, mediaType, metadata, title, url } = document
  const hash = createHash('sha256')
    .update(canonicalJson({ mediaType, title, url }))
    .update(content)
    .digest('base64url')
  return `${shortDigest(metadata)}.${hash}`
}

/** The digest of the content of an indexed document that is cut and embedded in this way; empty for another. */
export function currentContent(digest: string, chunking: Chunking, model: string | null): string {
  const manner = `${shortDigest({ chunking, cuttingVersion })}.${shortDigest({ model })}.`
  return digest.startsWith(manner) ? digest.slice(manner.length) : ''
}

/** Whether an indexed document was embedded by this model, or by none where that is null. */
export function isEmbeddedBy(digest: string, model: string | null): boolean {
  return digest.split('.')[1] === shortDigest({ model })
}

/** Whether an indexed document is known to have this metadata. */
export function hasMetadata(
  digest: string,
  metadata: Readonly<Record<string, MetadataValue>>,
): boolean {
  return digest.split('.')[2] === shortDigest(metadata)
}

function shortDigest(value: object): string {
  return createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, 16)
}
