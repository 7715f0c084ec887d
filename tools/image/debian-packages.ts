import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from '../programs/run-to-end.ts'
import type { Platform } from './platform.ts'
import type { SharedLibrary } from './shared-libraries.ts'

/** A package of Debian, or of a system made from it. */
export interface DebianPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
}

/** What Node needs: the libraries of C and C++. */
const names = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1']
const fields = '${Package} ${Version} ${Architecture}\n'

/** The packages whose files these libraries are on this machine; none where it has no dpkg. */
export async function installedPackagesOf(
  libraries: readonly SharedLibrary[],
): Promise<DebianPackage[]> {
  if (!existsSync('/usr/bin/dpkg-query')) return []
  const owners = new Set<string>()
  for (const { source } of libraries) {
    const paths = [source, realpathSync(source), realpathSync(source).replace(/^\/usr/, '')]
    const owner = await firstOwner(paths)
    if (owner !== undefined) owners.add(owner)
  }
  if (owners.size === 0) return []
  return readPackages(await runToEnd('dpkg-query', ['-W', `--showformat=${fields}`, ...owners]))
}

/** Directories may be links, and dpkg knows a file only by the path in its package. */
async function firstOwner(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await runToEnd('dpkg-query', ['-S', path]).catch(() => '')
    const [owner] = /^[^,\s]+(?=: )/m.exec(found) ?? []
    if (owner !== undefined) return owner
  }
  return undefined
}

/**
 * Fetches what Node needs for another architecture, by the machine's apt with its sources and keys,
 * but without changing its packages; `root` of the answer is the file system in them. Rejects where
 * the machine has no apt.
 */
export async function fetchDebianPackages(
  { architecture }: Platform,
  folder: string,
): Promise<{ readonly root: string; readonly packages: DebianPackage[] }> {
  if (!existsSync('/usr/bin/apt-get')) {
    throw new Error(
      `this machine has no apt-get, which fetches the libraries for linux/${architecture}: build that image with docker build --file deploy/Containerfile`,
    )
  }
  const state = join(folder, 'apt')
  for (const name of ['state/lists/partial', 'cache/archives/partial', 'files']) {
    mkdirSync(join(state, name), { recursive: true })
  }
  const options = [
    `APT::Architecture=${architecture}`,
    `APT::Architectures::=${architecture}`,
    `APT::Sandbox::User=root`,
    `Dir::State=${join(state, 'state')}`,
    `Dir::State::status=/dev/null`,
    `Dir::Cache=${join(state, 'cache')}`,
  ].flatMap((option) => ['-o', option])
  const cwd = join(state, 'files')
  await runToEnd('apt-get', [...options, '-qq', 'update'], { cwd })
  await runToEnd('apt-get', [...options, '-qq', 'download', ...names], { cwd })
  const root = join(folder, 'root')
  let said = ''
  for (const file of readdirSync(cwd).toSorted()) {
    await runToEnd('dpkg-deb', ['--extract', file, root], { cwd })
    said += await runToEnd('dpkg-deb', ['--show', `--showformat=${fields}`, file], { cwd })
  }
  return { root, packages: readPackages(said) }
}

function readPackages(said: string): DebianPackage[] {
  return said
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', version = '', architecture = ''] = line.split(' ')
      return { name, version, architecture }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
