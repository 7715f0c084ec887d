// npm run lock: updates package-lock.json to the package.json files, complete for every platform.
// Uses an empty tree, because npm omits other platforms' packages from the lock file when there is
// a node_modules next to it (https://github.com/npm/cli/issues/4828).
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const empty = mkdtempSync(join(tmpdir(), 'fairlead-lock-'))
try {
  const manifests = readdirSync(join(root, 'packages')).map(
    (name) => `packages/${name}/package.json`,
  )
  for (const path of ['package.json', 'package-lock.json', '.npmrc', ...manifests]) {
    mkdirSync(dirname(join(empty, path)), { recursive: true })
    copyFileSync(join(root, path), join(empty, path))
  }
  const { status } = spawnSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], {
    cwd: empty,
    stdio: 'inherit',
  })
  // Not process.exit, which would leave the directory behind.
  if (status === 0) copyFileSync(join(empty, 'package-lock.json'), join(root, 'package-lock.json'))
  else process.exitCode = status ?? 1
} finally {
  rmSync(empty, { recursive: true, force: true })
}
