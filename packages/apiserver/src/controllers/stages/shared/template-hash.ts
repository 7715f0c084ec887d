import { canonicalJson } from '@fairlead/base'

/** Characters that do not form words. As in apimachinery's rand package. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/**
 * A short name for a content, the same for the same content: FNV-1a over its JSON, spelt as
 * Kubernetes spells hashes of templates. The real one hashes Go's own form.
 * @param collisions how often the name was taken by something else
 */
export function templateHash(content: unknown, collisions: number): string {
  const text = `${canonicalJson(content)}${collisions === 0 ? '' : collisions}`
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193)
  return String(hash >>> 0).replaceAll(
    /./g,
    (digit) => alphabet[digit.charCodeAt(0) % alphabet.length] ?? '',
  )
}
