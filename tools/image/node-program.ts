import { join } from 'node:path'
import type { LockedPackages } from '../install/installed-tree.mjs'
import { root } from '../source-tree.ts'
import { fetchPackage } from './fetch-package.ts'
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
  const target = await fetchPackage({ name, version, integrity }, folder)
  return { path: join(target, 'bin/node'), version, integrity }
}
