import type { LockedPackages } from '../install/installed-tree.mjs'

/** A package that the program needs to run. */
export interface ProductionPackage {
  readonly name: string
  readonly version: string
  readonly license: string | undefined
  /** Of the archive in the registry, as npm writes it; our own packages have none. */
  readonly integrity: string | undefined
  /** Its directory in the repository. */
  readonly folder: string
  /** Its directory in an installation, such as `node_modules/@fairlead/base`. */
  readonly installed: string
  /** The directories, in an installation, of the packages that it needs. */
  readonly needs: readonly string[]
}

/** What package-lock.json says of a package, beside what installations are checked for. */
interface LockedPackage {
  readonly name?: string
  readonly version?: string
  readonly license?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly resolved?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly os?: string | readonly string[]
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

/**
 * A package of the repository and everything that it needs to run on Linux, as locked, sorted by
 * directory: what `npm install --omit=dev` would bring there, and of packages with machine code those
 * of every architecture, so that one installation serves all. Throws if the lock file lacks one.
 */
export function productionPackages(locked: LockedPackages, start: string): ProductionPackage[] {
  const entries: Readonly<Record<string, LockedPackage>> = locked
  const found = new Map<string, ProductionPackage>()
  const open = [start]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    if (found.has(folder)) continue
    const entry = entries[folder] ?? {}
    const needed = [
      ...neededNames(entry).map((name) => resolveFrom(entries, folder ?? '', name)),
      ...Object.keys(entry.optionalDependencies ?? {})
        .map((name) => `node_modules/${name}`)
        .filter((path) => [entries[path]?.os ?? []].flat().includes('linux')),
    ]
    found.set(folder, {
      name: nameOf(folder, entry),
      version: entry.version ?? '',
      license: entry.license,
      integrity: entry.integrity,
      folder,
      installed: installedFolder(entries, folder),
      needs: needed.map((path) => installedFolder(entries, path)),
    })
    open.push(...needed)
  }
  return [...found.values()].toSorted((a, b) => (a.installed < b.installed ? -1 : 1))
}

function neededNames(entry: LockedPackage): string[] {
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => entry.peerDependenciesMeta?.[name]?.optional !== true,
  )
  return [...new Set([...Object.keys(entry.dependencies ?? {}), ...peers])]
}

/** As Node looks for a package: next to who needs it, then further up. */
function resolveFrom(
  entries: Readonly<Record<string, LockedPackage>>,
  folder: string,
  name: string,
): string {
  for (let above = folder; ; above = above.slice(0, Math.max(above.lastIndexOf('/'), 0))) {
    const path = `${above === '' ? '' : `${above}/`}node_modules/${name}`
    const entry = entries[path]
    if (entry !== undefined) return entry.link === true ? (entry.resolved ?? path) : path
    if (above === '') throw new Error(`package-lock.json has no ${name}, which ${folder} needs`)
  }
}

function nameOf(folder: string, entry: LockedPackage | undefined): string {
  return entry?.name ?? folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/** Packages of the repository are installed by their name, with what stands in them. */
function installedFolder(entries: Readonly<Record<string, LockedPackage>>, folder: string): string {
  const [own = '', rest] = folder.split(/\/(node_modules\/.*)/s)
  if (folder.startsWith('node_modules/')) return folder
  return `node_modules/${nameOf(own, entries[own])}${rest === undefined ? '' : `/${rest}`}`
}
