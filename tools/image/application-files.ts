import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../source-tree.ts'
import { fetchPackage } from './fetch-package.ts'
import type { ImageFile } from './image-file.ts'
import type { ProductionPackage } from './locked-packages.ts'

/** What Node does not read: declarations and source maps. */
const unread = /\.(?:d\.[cm]?ts|map)$/
const main = 'node_modules/fairlead/dist/main.js'
/** There is no env in the image, and so the program names its Node. */
const firstLine = '#!/usr/local/bin/node'

/**
 * The built `fairlead` and the packages that it needs, below a directory, as they are installed; the
 * program is in its `node_modules/.bin`. What is not installed here, because it is for another
 * architecture, is fetched below `scratch`. Rejects where a package is not built.
 */
export async function applicationFiles(
  packages: readonly ProductionPackage[],
  folder: string,
  scratch: string,
): Promise<ImageFile[]> {
  const sources = await Promise.all(packages.map((each) => sourceOf(each, scratch)))
  const files = packages.flatMap((each, index) => {
    const directory = sources[index] ?? ''
    return packageFiles(each, directory).map((path): ImageFile => {
      const source = join(directory, path)
      const installed = `${each.installed}/${path}`
      return {
        path: `${folder}/${installed}`,
        type: 'file',
        mode: installed === main ? 0o755 : 0o644,
        content: () => (installed === main ? program(source) : readFileSync(source)),
      }
    })
  })
  const path = `${folder}/node_modules/.bin/fairlead`
  return [...files, { path, type: 'link', mode: 0o777, target: '../fairlead/dist/main.js' }]
}

/** What of a package is published: of ours what is built, of others everything that came. */
function packageFiles({ name, integrity }: ProductionPackage, directory: string): string[] {
  if (integrity !== undefined) return filesBelow(directory, '')
  if (!existsSync(join(directory, 'dist'))) {
    throw new Error(`${name} is not built: npm run build`)
  }
  return ['package.json', ...filesBelow(directory, 'dist/')]
}

async function sourceOf(
  { folder, integrity, name, version }: ProductionPackage,
  scratch: string,
): Promise<string> {
  const installed = join(root, folder)
  if (integrity === undefined || existsSync(installed)) return installed
  return fetchPackage({ name, version, integrity }, scratch)
}

/** Paths relative to the directory, without the packages in it and what Node does not read. */
function filesBelow(folder: string, start: string): string[] {
  return readdirSync(join(folder, start))
    .filter((name) => name !== 'node_modules')
    .flatMap((name) => {
      const path = `${start}${name}`
      if (statSync(join(folder, path)).isDirectory()) return filesBelow(folder, `${path}/`)
      return unread.test(name) ? [] : [path]
    })
}

function program(source: string): Buffer {
  return Buffer.from(readFileSync(source, 'utf8').replace(/^#!.*/, firstLine))
}
