import { createHash } from 'node:crypto'
import { canonicalJson } from '@fairlead/base'
import type { SourceDocument } from '../source-document.ts'

/** Another one for whatever is different in what a document says. */
export function contentDigest(document: SourceDocument): string {
  const { content, mediaType, metadata, title, url } = document
  return createHash('sha256')
    .update(canonicalJson({ mediaType, metadata, title, url }))
    .update(content)
    .digest('base64url')
}
