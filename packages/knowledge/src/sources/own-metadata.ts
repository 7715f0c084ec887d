import { readFrontMatter, splitFrontMatter } from '../cutting/front-matter.ts'
import type { MetadataValue } from '../metadata-filter.ts'
import type { MediaType } from '../source-document.ts'

/** Front matter that is longer is not read. */
const frontMatterBytesMax = 8 * 1024

/**
 * What a document says of itself in front matter, if it is Markdown, and where it is from, which it cannot
 * say otherwise.
 */
export function ownMetadata(
  mediaType: MediaType,
  content: Uint8Array,
  from: Readonly<Record<string, string>>,
): Readonly<Record<string, MetadataValue>> {
  if (mediaType !== 'text/markdown') return from
  const beginning = new TextDecoder().decode(content.subarray(0, frontMatterBytesMax))
  const { matter } = splitFrontMatter(beginning.replaceAll(/\r\n?/g, '\n').replaceAll('\0', ''))
  return { ...readFrontMatter(matter ?? ''), ...from }
}
