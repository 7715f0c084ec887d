import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

/** A package as it is published. */
export interface PackedPackage {
  /** Of its directory, with its package.json. */
  readonly folder: string
  /** Packs it, when somebody asks; resolves to the path of the archive. */
  readonly pack: () => string
}

interface Manifest {
  readonly name: string
  readonly version: string
}

/**
 * A registry of npm on this machine that has some packages, each in one version, and knows no others:
 * what an installation from it takes is what is declared.
 */
export async function startRegistry(
  packageOf: (name: string) => PackedPackage | undefined,
): Promise<AsyncDisposable & { readonly url: string }> {
  const archives = new Map<string, Buffer>()
  const archiveOf = (name: string, { pack }: PackedPackage): Buffer => {
    const known = archives.get(name) ?? readFileSync(pack())
    archives.set(name, known)
    return known
  }
  const server = createServer((request, response) => {
    const [name = '', file] = decodeURIComponent(request.url ?? '')
      .slice(1)
      .split('/-/')
    const found = packageOf(name)
    if (found === undefined || !existsSync(join(found.folder, 'package.json'))) {
      response.writeHead(404).end('{}')
      return
    }
    const archive = archiveOf(name, found)
    if (file !== undefined) response.end(archive)
    else response.end(JSON.stringify(packument(found.folder, archive, url)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What a registry says of a package. */
function packument(folder: string, archive: Buffer, url: string): object {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const { name, version } = manifest
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`
  const dist = { tarball: `${url}/${name}/-/archive.tgz`, integrity }
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }
}
