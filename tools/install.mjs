// Installs the dependencies when they are missing or older than the lock file. Runs on any Node from
// 20 on, before the pinned Node is there; once installed, `node` in every npm script is the pinned
// one, because npm puts node_modules/.bin first in PATH.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stampFile = `${root}node_modules/.installed`
const wanted = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .digest('hex')

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== wanted) {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    process.stderr.write('npm ci failed; see the messages above, mend the cause and run again.\n')
    process.exit(status ?? 1)
  }
  writeFileSync(stampFile, wanted)
}
