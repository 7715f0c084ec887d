import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from '../programs/run-to-end.ts'

interface PinnedPackage {
  readonly name: string
  readonly version: string
  /** As package-lock.json has it. */
  readonly integrity: string
}

/**
 * Unpacks a package from the registry into a directory of its own below `folder`, and returns that.
 * Rejects if it is not the one in package-lock.json.
 */
export async function fetchPackage(
  { name, version, integrity }: PinnedPackage,
  folder: string,
): Promise<string> {
  const target = join(folder, name)
  mkdirSync(target, { recursive: true })
  const flags = ['--silent', '--prefer-offline', '--pack-destination', target]
  const archive = (await runToEnd('npm', ['pack', ...flags, `${name}@${version}`])).trim()
  const received = createHash('sha512').update(readFileSync(join(target, archive)))
  if (`sha512-${received.digest('base64')}` !== integrity) {
    throw new Error(`${name} ${version} of the registry is not the one in package-lock.json`)
  }
  await runToEnd('tar', ['-xzf', archive, '--strip-components=1'], { cwd: target })
  rmSync(join(target, archive))
  return target
}
