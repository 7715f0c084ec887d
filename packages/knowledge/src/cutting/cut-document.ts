import { documentBytesMax, type SourceDocument } from '../source-document.ts'
import type { Chunking, CutDocument } from './chunking.ts'
import { cutBlocks } from './cut-blocks.ts'
import { readDocument } from './read-document.ts'

/**
 * Reads a document by its type and cuts it into passages. Rejects with an Error that says what is wrong
 * with it. A document that means harm may take its time and memory: `openCutter` bounds both.
 */
export async function cutDocument(
  document: SourceDocument,
  chunking: Chunking,
): Promise<CutDocument> {
  if (document.content.length > documentBytesMax) {
    throw new Error(`the document has more than ${documentBytesMax} bytes`)
  }
  const { blocks, title } = await readDocument(document)
  return {
    title: document.title ?? title,
    passages: cutBlocks(blocks, document.url, chunking),
  }
}
