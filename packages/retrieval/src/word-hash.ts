/**
 * A number of 32 bits for a word: FNV-1a over its UTF-16 code units. Of 50,000 words, two share one
 * in one index of four, and then one of them is found with the other.
 */
export function wordHash(word: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < word.length; at++) {
    hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193)
  }
  return hash >>> 0
}
