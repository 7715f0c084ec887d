import { RE2JS } from '@bufbuild/re2'

/** A compiled regular expression in Go's (RE2) syntax. */
export interface Pattern {
  /** Whether any part of the string matches. */
  test(text: string): boolean
}

/** Compiles a Go (RE2) pattern; matching takes time linear in the input. Throws on bad syntax. */
export function compilePattern(pattern: string): Pattern {
  return RE2JS.compile(pattern)
}
