import { describe, expect, it } from 'vitest'
import { differencesOf, pathsToInstall, pinnedNodeVersion } from './installed-tree.mjs'

const linux = { platform: 'linux', architecture: 'x64', libc: 'glibc' }
const bin = { node: 'bin/node' }
const locked = {
  '': { version: '0.1.0' },
  'packages/cli': { version: '0.1.0' },
  'node_modules/fairlead': { resolved: 'packages/cli', link: true },
  'node_modules/yaml': { version: '2.9.1' },
  'node_modules/lint-linux': { version: '1.0.0', optional: true, os: ['linux'], libc: ['glibc'] },
  'node_modules/lint-musl': { version: '1.0.0', optional: true, os: ['linux'], libc: 'musl' },
  'node_modules/node-linux': { version: '26.10.0', optional: true, os: 'linux', cpu: 'x64', bin },
  'node_modules/node-mac': { version: '26.10.1', optional: true, os: 'darwin', cpu: 'x64', bin },
}
const { 'node_modules/lint-musl': _, 'node_modules/node-mac': __, ...installed } = locked

describe('differencesOf', () => {
  it('finds none in a tree as locked, without the packages of other platforms', () => {
    expect(differencesOf(locked, installed)).toEqual([])
  })

  it.each([
    ['a missing package', { 'node_modules/yaml': undefined }, 'node_modules/yaml is missing'],
    [
      'another version',
      { 'node_modules/yaml': { version: '2.9.0' } },
      'yaml is not the locked one',
    ],
    [
      'another version of an optional package',
      { 'node_modules/node-linux': { version: '24.0.0' } },
      'node_modules/node-linux is not the locked one',
    ],
    [
      'a package of ours that is not linked yet',
      { 'node_modules/fairlead': undefined },
      'node_modules/fairlead is missing',
    ],
    [
      'a published package instead of ours',
      { 'node_modules/fairlead': { version: '0.1.0' } },
      'node_modules/fairlead is not the locked one',
    ],
    [
      'what is left over',
      { 'packages/cli/node_modules/yaml': { version: '1.0.0' } },
      'packages/cli/node_modules/yaml is not in the lock file',
    ],
  ])('finds %s', (_name, change: Readonly<Record<string, object | undefined>>, finding) => {
    const entries = Object.entries({ ...installed, ...change })
    const present = Object.fromEntries(
      entries.flatMap(([path, entry]) => (entry === undefined ? [] : [[path, entry]])),
    )
    expect(differencesOf(locked, present)).toEqual([expect.stringContaining(finding)])
  })
})

describe('pathsToInstall', () => {
  it('counts what this machine gets', () => {
    expect(pathsToInstall(locked, linux)).toEqual([
      'node_modules/yaml',
      'node_modules/lint-linux',
      'node_modules/node-linux',
    ])
    expect(pathsToInstall(locked, { ...linux, libc: 'musl' })).toContain('node_modules/lint-musl')
  })
})

describe('pinnedNodeVersion', () => {
  it('is that of the package for this machine, if there is one', () => {
    expect(pinnedNodeVersion(locked, linux)).toBe('26.10.0')
    const mac = { platform: 'darwin', architecture: 'x64', libc: undefined }
    expect(pinnedNodeVersion(locked, mac)).toBe('26.10.1')
    expect(pinnedNodeVersion(locked, { ...mac, platform: 'win32' })).toBeUndefined()
  })
})
