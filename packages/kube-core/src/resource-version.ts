/**
 * Compares two versions of the same resource. Throws when one is not a positive integer without
 * leading zeros: other forms have no order.
 */
export function compareResourceVersion(a: string, b: string): -1 | 0 | 1 {
  requireWellFormed(a)
  requireWellFormed(b)
  if (a === b) return 0
  // They may exceed the exact range of numbers; without leading zeros the longer one is greater.
  if (a.length !== b.length) return a.length < b.length ? -1 : 1
  return a < b ? -1 : 1
}

function requireWellFormed(version: string): void {
  if (!/^[1-9]\d*$/.test(version)) {
    throw new RangeError(`resource version is not well formed: ${version}`)
  }
}
