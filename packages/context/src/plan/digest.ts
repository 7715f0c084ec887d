import { createHash } from 'node:crypto'

/** `sha256:` and the hexadecimal digest of the values, each as a line of JSON. */
export function digest(values: readonly unknown[]): string {
  const hash = createHash('sha256')
  for (const value of values) hash.update(JSON.stringify(value) ?? 'null').update('\n')
  return `sha256:${hash.digest('hex')}`
}
