import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pathsOnPath } from '../../tools/programs/find-program.ts'
import type { CachedSource, Program } from '../../tools/programs/program.ts'
import { runToEnd } from '../../tools/programs/run-to-end.ts'

const sources = fileURLToPath(new URL('go/', import.meta.url))
const digest = createHash('sha256')
for (const file of readdirSync(sources).toSorted()) digest.update(readFileSync(join(sources, file)))

/** That of controller-runtime, as go.mod names it, and of what is built upon it. */
const version = `0.24.1-${digest.digest('hex').slice(0, 8)}`
const program = 'fairlead-bench-operator'

const built: CachedSource = {
  title: "Go's controller-runtime 0.24.1, built with go",
  version,
  file: program,
  refusal: () =>
    pathsOnPath('go', process.env['PATH']).length > 0 ? undefined : 'there is no go on PATH',
  async bring(folder) {
    cpSync(sources, folder, { recursive: true })
    const flags = ['-trimpath', '-ldflags', `-s -w -X main.version=${version}`]
    await runToEnd('go', ['build', ...flags, '-o', program, '.'], { cwd: folder })
  },
}

/** The same operator and queue on Go's controller-runtime, a program. */
export const goOperator: Program = {
  name: program,
  variable: 'GO_OPERATOR',
  oldest: '0.24',
  async versionOf(path) {
    try {
      return (await runToEnd(path, ['version'])).trim()
    } catch {
      return undefined
    }
  },
  sources: [built],
  byHand: `build bench/operators/go with Go and that version`,
}
