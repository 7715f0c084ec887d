import { createHash, type Hash } from 'node:crypto'

/** `sha256:` and the hexadecimal digest of the values, each as a line of JSON. */
export function digest(values: readonly unknown[]): string {
  return finished(addAll(createHash('sha256'), values))
}

/** The digest of the prefix and that of the whole, in one pass, because prompts can be long. */
export function prefixDigests(
  prefix: readonly unknown[],
  rest: readonly unknown[],
): { readonly prefix: string; readonly whole: string } {
  const hash = addAll(createHash('sha256'), prefix)
  return { prefix: finished(hash.copy()), whole: finished(addAll(hash, rest)) }
}

function addAll(hash: Hash, values: readonly unknown[]): Hash {
  for (const value of values) hash.update(JSON.stringify(value) ?? 'null').update('\n')
  return hash
}

function finished(hash: Hash): string {
  return `sha256:${hash.digest('hex')}`
}
