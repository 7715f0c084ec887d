/** Matches names exactly, or by prefix with a trailing `*`. Compiled once, used for every call. */
export interface NamePattern {
  matches(name: string): boolean
  readonly exactNames: readonly string[]
  readonly hasPrefixes: boolean
}

export function compileNamePattern(patterns: readonly string[]): NamePattern {
  const exact = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = patterns
    .filter((pattern) => pattern.endsWith('*'))
    .map((pattern) => pattern.slice(0, -1))
  return {
    matches: (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix)),
    exactNames: [...exact],
    hasPrefixes: prefixes.length > 0,
  }
}
