// Installs the dependencies when they are missing or other than the lock file says. Runs on any Node
// from 20 on, before the pinned Node is there; once installed, `node` in every npm script is the
// pinned one, because npm puts node_modules/.bin first in PATH.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

if (!isInstalled()) {
  const { status } = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    },
  )
  if (status !== 0) {
    process.stderr.write(
      'npm install failed; see the messages above, mend the cause and run again.\n',
    )
    process.exit(status ?? 1)
  }
}

/** npm keeps a record of what it installed: compare it with what should be. */
function isInstalled() {
  const wanted = packagesIn('package-lock.json')
  const present = packagesIn('node_modules/.package-lock.json')
  return (
    wanted !== undefined &&
    present !== undefined &&
    Object.entries(wanted)
      .filter(
        ([path, { link, optional }]) => path.startsWith('node_modules/') && !link && !optional,
      )
      .every(([path, { version }]) => present[path]?.version === version)
  )
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(root + file, 'utf8')).packages
  } catch {
    return undefined
  }
}
