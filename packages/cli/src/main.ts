#!/usr/bin/env node
import { nodeVersionProblem } from './node-version.ts'

const problem = nodeVersionProblem(process.versions.node, process.execPath)
if (problem === undefined) {
  // Imported dynamically: an older Node.js would fail to load the modules themselves.
  const { runCommandLine } = await import('./run-command-line.ts')
  const code = await runCommandLine(process.argv.slice(2))
  // No handle left open by a library may keep a stopped process alive.
  process.stdout.write('', () => process.exit(code))
} else {
  process.stderr.write(`fairlead: ${problem}\n`)
  process.exitCode = 1
}
