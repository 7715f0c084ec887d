import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LockedPackages } from '../install/installed-tree.mjs'
import { runToEnd } from '../programs/run-to-end.ts'
import { root } from '../source-tree.ts'
import { isOwn, type Platform } from './platform.ts'

/** The Node that the image has. */
export interface NodeProgram {
  readonly path: string
  readonly version: string
  /** Of the package that it comes in, as npm writes it. */
  readonly integrity: string
}

/**
 * The pinned Node for a platform: the installed one, or, for another platform than this machine's,
 * from the registry into the directory. Rejects if that is not the one in the lock file.
 */
export async function nodeProgram(
  platform: Platform,
  locked: LockedPackages,
  folder: string,
): Promise<NodeProgram> {
  const name = `node-linux-${platform.nodeArchitecture}`
  const { version, integrity } = locked[`node_modules/${name}`] ?? {}
  if (version === undefined || integrity === undefined) {
    throw new Error(`package-lock.json has no ${name}`)
  }
  if (isOwn(platform)) {
    return { path: join(root, 'node_modules', name, 'bin/node'), version, integrity }
  }
  const target = join(folder, name)
  mkdirSync(target, { recursive: true })
  const flags = ['--silent', '--prefer-offline', '--pack-destination', target]
  const archive = (await runToEnd('npm', ['pack', ...flags, `${name}@${version}`])).trim()
  const received = createHash('sha512').update(readFileSync(join(target, archive)))
  if (`sha512-${received.digest('base64')}` !== integrity) {
    throw new Error(`${name} ${version} of the registry is not the one in package-lock.json`)
  }
  await runToEnd('tar', ['-xzf', archive, '--strip-components=1'], { cwd: target })
  return { path: join(target, 'bin/node'), version, integrity }
}
