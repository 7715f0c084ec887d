import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from './run-to-end.ts'

/**
 * A package that contains a program. Only the package itself is pinned by its integrity: its
 * dependencies are whatever the registry has for the ranges that it declares, unless overridden.
 */
export interface PinnedNpmPackage {
  readonly name: string
  readonly version: string
  /** As `npm view <name>@<version> dist.integrity` prints it. */
  readonly integrity: string
  /** Versions of its dependencies that are overridden, by name. */
  readonly overrides?: Readonly<Record<string, string>>
}

/**
 * Installs a package and its dependencies, without peers and without running install scripts, from
 * the registry that npm is configured for. Resolves to the package's directory. Rejects if the
 * package has another integrity; that of its dependencies is not checked.
 */
export async function installNpmPackage(
  folder: string,
  { name, version, integrity, overrides = {} }: PinnedNpmPackage,
): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const manifest = { private: true, dependencies: { [name]: version }, overrides }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const flags = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund']
  await runToEnd('npm', ['install', ...flags, '--loglevel=error'], { cwd: folder })
  const record = JSON.parse(
    readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'),
  ) as { readonly packages: Readonly<Record<string, { readonly integrity?: string }>> }
  const received = record.packages[`node_modules/${name}`]?.integrity
  if (received !== integrity) {
    throw new Error(`${name} ${version} has the integrity ${received}, expected ${integrity}`)
  }
  return join(folder, 'node_modules', name)
}
