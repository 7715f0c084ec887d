import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LockedPackage } from './install/installed-tree.mjs'
import { root } from './source-tree.ts'

interface Entry extends LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Entry>>
}

describe('package-lock.json', () => {
  it('holds every dependency of every package, those for other platforms too', () => {
    const missing = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
        .filter((name) => !isFound(path, name))
        .map((name) => `${path} needs ${name}: npm run lock`),
    )
    expect(missing).toEqual([])
  })

  it('pins the bytes of every package, and names no registry', () => {
    const foreign = Object.entries(packages).filter(
      ([path, { link }]) => path.includes('node_modules/') && link !== true,
    )
    expect(foreign.length).toBeGreaterThan(100)
    expect(foreign.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([])
    expect(foreign.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
  })

  it('carries one version of Node for each platform that we develop on', () => {
    const nodes = Object.values(packages).filter(({ bin }) => bin?.['node'] !== undefined)
    expect(nodes.map(({ os, cpu }) => `${String(os)}-${String(cpu)}`).toSorted()).toEqual([
      'darwin-arm64',
      'darwin-x64',
      'linux-arm64',
      'linux-x64',
    ])
    expect(new Set(nodes.map(({ version }) => version)).size).toBe(1)
  })
})

/** Node's resolution: next to the package, then further and further up. */
function isFound(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.replace(/(?:^|\/)[^/]*$/, '')) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (packages[path] !== undefined) return true
    if (folder === '') return false
  }
}
