import { RE2JS } from '@bufbuild/re2'
import { balancedPattern } from './balanced-pattern.ts'

/** A compiled regular expression in Go's (RE2) syntax. */
export interface Pattern {
  /** Whether any part of the string matches. */
  test(text: string): boolean
}

/**
 * Compiles a Go (RE2) pattern in time nearly linear in its length; matching takes time linear in the
 * input. Throws on bad syntax, in the words of Go's errors.
 */
export function compilePattern(pattern: string): Pattern {
  return compileProgram(pattern)
}

/** As `compilePattern`, with what RE2 has made of it. */
export function compileProgram(pattern: string): RE2JS {
  const balanced = balancedPattern(pattern)
  try {
    return RE2JS.compile(balanced)
  } catch (error) {
    if (balanced === pattern || !(error instanceof Error)) throw error
    throw new SyntaxError(
      error.message.replace(balanced, () => pattern),
      { cause: error },
    )
  }
}
