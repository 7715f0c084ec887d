import type { Finding, Reasons } from './rule.ts'

/** A finding that the architecture may exempt under a key: the path, or `path#name`. */
export interface Excusable extends Finding {
  readonly key: string
}

/** The findings that are not exempted, and one for every exception that is no longer needed. */
export function excuse(findings: readonly Excusable[], reasons: Reasons): readonly Finding[] {
  const needed = new Set(findings.map((each) => each.key))
  const stale = Object.keys(reasons).filter((key) => !needed.has(key))
  return [
    ...findings.filter((each) => !Object.hasOwn(reasons, each.key)),
    ...stale.map((key) => ({
      path: key.split('#')[0] ?? key,
      message: `needs no exception for ${key} any more: remove it from tools/tidy/architecture.ts`,
    })),
  ]
}
