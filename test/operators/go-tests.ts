import type { SuiteEnd } from './ginkgo-suite.ts'

/** How the tests of a package ended, by what `go test -v` printed; subtests count with theirs. */
export function goTestsEnd(name: string, printed: string): SuiteEnd {
  const ends = [...printed.matchAll(/^--- (PASS|FAIL): (\S+)/gm)]
  const failures = ends.filter(([, end]) => end === 'FAIL').map(([, , test = '']) => test)
  // A panic or a deadline ends all tests, and the one that ran has no end.
  const panic = /^panic: .*/m.exec(printed)
  return {
    name,
    passed: ends.length - failures.length,
    failures: panic === null ? failures : [...failures, panic[0]],
  }
}
