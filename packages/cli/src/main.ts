#!/usr/bin/env node
import { nodeVersionProblem } from './node-version.ts'

const problem = nodeVersionProblem(process.versions.node, process.execPath)
if (problem === undefined) {
  // Imported only now: an older Node.js would fail on the modules themselves.
  const { runCommandLine } = await import('./run-command-line.ts')
  const code = await runCommandLine(process.argv.slice(2))
  // Nothing that a library left open may keep a stopped process alive.
  process.stdout.write('', () => process.exit(code))
} else {
  process.stderr.write(`fairlead: ${problem}\n`)
  process.exitCode = 1
}
