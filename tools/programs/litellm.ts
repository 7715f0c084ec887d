import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathsOnPath } from './find-program.ts'
import type { CachedSource, Program } from './program.ts'
import { downloadWheel, type PinnedWheel } from './pypi-wheel.ts'
import { runToEnd } from './run-to-end.ts'
import { printedVersion } from './version.ts'

/** LiteLLM's proxy. Only its own wheel is pinned: the dependencies are what the index has. */
const wheel: PinnedWheel = {
  name: 'litellm',
  version: '1.108.7',
  sha256: [
    '0c8a062e285b793b110a44bae485a2beb83c21381a9e4c62001547f296b0e5af',
    'a277aff1f051370b5990c4f1d2fa5710b996e8d8a3f53fa056f69bcd61270808',
  ],
}

/** Starts it from the folder beside it, which Python's own scripts would name by absolute path. */
const launcher = `#!/usr/bin/env python3
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'site'))
from litellm import run_server
sys.exit(run_server())
`

const fromPyPI: CachedSource = {
  title: `the Python package ${wheel.name} ${wheel.version}`,
  version: wheel.version,
  file: 'litellm',
  refusal: () =>
    pathsOnPath('python3', process.env['PATH']).length > 0 ? undefined : 'there is no python3',
  async bring(folder) {
    const archive = await downloadWheel(folder, wheel)
    const flags = ['--quiet', '--only-binary=:all:', '--target', join(folder, 'site')]
    await runToEnd('python3', ['-m', 'pip', 'install', ...flags, `${archive}[proxy]`])
    rmSync(archive)
    writeFileSync(join(folder, 'litellm'), launcher, { mode: 0o755 })
  },
}

/** The gateway in Python that benchmarks compare with. */
export const litellm: Program = {
  name: 'litellm',
  variable: 'LITELLM',
  oldest: '1.80.0',
  versionOf: async (path) => versionBeside(path) ?? (await printVersion(path)),
  sources: [fromPyPI],
  byHand: "install litellm[proxy] with Python's pip",
}

const printVersion = printedVersion(['--version'], /Current Version = (\d+\.\d+\.\d+)/)

/** Of one that we installed; it would take seconds to print its version. */
function versionBeside(path: string): string | undefined {
  try {
    return readdirSync(join(dirname(path), 'site'))
      .map((name) => /^litellm-(\d+\.\d+\.\d+)\.dist-info$/.exec(name)?.[1])
      .find((version) => version !== undefined)
  } catch {
    return undefined
  }
}
