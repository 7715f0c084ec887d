import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { installNpmPackage, type PinnedNpmPackage } from './npm-package.ts'
import type { CachedSource, Program } from './program.ts'

const gateway: PinnedNpmPackage = {
  name: '@portkey-ai/gateway',
  version: '1.15.2',
  integrity:
    'sha512-OuwwQEJ0rnKQuPgaCqyMpP+X5Uly2h9EBDm5Lx/NYu9MXTzB/nKrKgjd8J3vPGeNpYoyxTzKSzTV2tGv8Dd+fg==',
  // Its HTTP server, in the lowest version that its package.json allows. With newer ones in that
  // range (1.14.4, 1.19.9 and 1.19.19 were tried) every streamed call fails with status 500,
  // "TypeError: immutable".
  overrides: { '@hono/node-server': '1.3.3' },
}

const fromNpm: CachedSource = {
  title: `the npm package ${gateway.name} ${gateway.version}`,
  version: gateway.version,
  file: `node_modules/${gateway.name}/build/start-server.js`,
  refusal: () => undefined,
  async bring(folder) {
    await installNpmPackage(folder, gateway)
  },
}

/** The comparable competitor in the benchmarks, a gateway on Node.js: a script, run with `node`. */
export const portkey: Program = {
  name: 'portkey',
  variable: 'PORTKEY',
  oldest: gateway.version,
  versionOf: versionBeside,
  sources: [fromNpm],
  byHand: `install ${gateway.name} with npm and name its build/start-server.js`,
}

/** It does not print its version; its package.json has it. */
async function versionBeside(script: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(dirname(script), '../package.json'), 'utf8')
    const manifest = JSON.parse(text) as { readonly name?: string; readonly version?: string }
    return manifest.name === gateway.name ? manifest.version : undefined
  } catch {
    return undefined
  }
}
