import { runToEnd, succeed } from './run-to-end.ts'

interface GoTestOptions {
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  /** Which tests and subtests do not run; `test/subtest`, each a regular expression. */
  readonly skip: string
}

/** The names of the tests in a test binary, in their order. */
export async function goTestNames(binary: string, cwd: string): Promise<string[]> {
  const printed = await succeed(binary, ['-test.list=^Test'], { cwd })
  return printed.split('\n').filter((line) => line.startsWith('Test'))
}

/**
 * Runs one test by itself, so that the end of one that panics or hangs is that of no other. Resolves
 * to why it has failed; undefined when it has passed.
 */
export async function goTestFailure(
  binary: string,
  test: string,
  { skip, ...options }: GoTestOptions,
): Promise<string | undefined> {
  const flags = ['-test.v', `-test.run=^${test}$`, `-test.skip=${skip}`, '-test.timeout=150s']
  const { code, printed } = await runToEnd(binary, flags, options)
  if (code === 0 && printed.includes(`--- PASS: ${test} `)) return undefined
  const [told] = /^ +\w+_test\.go:.*|^panic: .*/m.exec(printed) ?? []
  return told?.trim() ?? 'it came to no end'
}
