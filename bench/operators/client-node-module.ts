import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { installNpmPackage, type PinnedNpmPackage } from '../../tools/programs/npm-package.ts'
import type { CachedSource, Program } from '../../tools/programs/program.ts'

const client: PinnedNpmPackage = {
  name: '@kubernetes/client-node',
  version: '2.0.1',
  integrity:
    'sha512-evJgmEtgArEYlj6DNkMGjK41IrFK/hEwb5lWVxx0VRBWybQpnvi+2TtA19mLgVfRHfqX5yjHObX6e9W7LEZBjw==',
}

const fromNpm: CachedSource = {
  title: `the npm package ${client.name} ${client.version}`,
  version: client.version,
  file: `node_modules/${client.name}/dist/index.js`,
  refusal: () => undefined,
  async bring(folder) {
    await installNpmPackage(folder, client)
  },
}

/** The official client of Kubernetes for JavaScript: its main module. */
export const clientNode: Program = {
  name: 'kubernetes-client-node',
  variable: 'CLIENT_NODE',
  oldest: client.version,
  versionOf: versionBeside,
  sources: [fromNpm],
  byHand: `install ${client.name} with npm and name its dist/index.js`,
}

/** A module prints no version; its package.json has it. */
async function versionBeside(module: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(dirname(module), '../package.json'), 'utf8')
    const manifest = JSON.parse(text) as { readonly name?: string; readonly version?: string }
    return manifest.name === client.name ? manifest.version : undefined
  } catch {
    return undefined
  }
}
