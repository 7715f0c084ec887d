import { createHash, type Hash } from 'node:crypto'

/** `sha256:` and the hexadecimal digest of the values as JSON, one after the other. */
export function digest(values: readonly unknown[]): string {
  return finished(addAll(createHash('sha256'), values))
}

/** The digest of the first values, and that of all of them, in one pass: prompts can be long. */
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
