import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const gitTimeoutMs = 2_000

/** The commit that is checked out, where this program runs from its sources; otherwise undefined. */
export function programCommit(): string | undefined {
  const root = fileURLToPath(new URL('../../../', import.meta.url))
  if (!existsSync(`${root}.git`)) return undefined
  try {
    const git = ['rev-parse', '--short=12', 'HEAD']
    const options = { cwd: root, encoding: 'utf8', timeout: gitTimeoutMs } as const
    return execFileSync('git', git, options).trim()
  } catch {
    return undefined
  }
}
