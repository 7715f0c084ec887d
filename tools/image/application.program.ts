import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { LockedPackages } from '../install/installed-tree.mjs'
import { root } from '../source-tree.ts'
import { applicationFiles } from './application-files.ts'
import { productionPackages } from './locked-packages.ts'

// application.program.ts DIRECTORY: writes the built `fairlead` with what it needs to run, as
// deploy/Containerfile copies it.

const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('name the directory to write to')
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: LockedPackages
}
const scratch = mkdtempSync(join(tmpdir(), 'fairlead-application-'))
try {
  const needed = productionPackages(packages, 'packages/cli')
  for (const file of await applicationFiles(needed, directory, scratch)) {
    mkdirSync(dirname(file.path), { recursive: true })
    if (file.target !== undefined) symlinkSync(file.target, file.path)
    else writeFileSync(file.path, file.content?.() ?? '', { mode: file.mode })
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
