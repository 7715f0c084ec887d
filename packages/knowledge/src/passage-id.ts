import { createHash } from 'node:crypto'
import type { FoundPassage } from './found-passage.ts'

/**
 * The id of an indexed passage: the same in every index that has it, however often it was indexed, and
 * another one once it says something else. Conversations know by it what they quote already.
 */
export function passageId({
  document,
  headings,
  source,
  text,
}: Pick<FoundPassage, 'document' | 'headings' | 'source' | 'text'>): string {
  const identity = JSON.stringify([source, document, headings, text])
  return createHash('sha256').update(identity).digest('base64url').slice(0, 22)
}
