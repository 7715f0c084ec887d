import { createWriteStream, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { completeTree, type ImageFile } from './image-file.ts'
import { mediaTypes, pathOf, type Descriptor } from './oci-layout.ts'
import { tarArchive } from './tar-archive.ts'

/**
 * Writes a layout of OCI as one archive, which Podman, skopeo and containerd load. An image of one
 * platform has the manifest of `docker save` too, for Docker's older store.
 */
export async function writeArchive(
  layout: string,
  archive: string,
  modifiedAt: number,
): Promise<void> {
  const paths = readdirSync(layout, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(layout.length))
  const files = paths.map((path): ImageFile => ({
    path: path.replaceAll('\\', '/'),
    type: 'file',
    mode: 0o644,
    content: () => readFileSync(join(layout, path)),
  }))
  const tree = completeTree([...files, ...dockerManifest(layout)])
  await pipeline(Readable.from(tarArchive(tree, modifiedAt)), createWriteStream(archive))
}

function dockerManifest(layout: string): ImageFile[] {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(layout, path), 'utf8'))
  const { manifests } = read('index.json') as { readonly manifests: readonly Descriptor[] }
  const [image] = manifests
  if (image?.mediaType !== mediaTypes.manifest) return []
  const { config, layers } = read(pathOf(image.digest)) as {
    readonly config: Descriptor
    readonly layers: readonly Descriptor[]
  }
  const manifest = {
    Config: pathOf(config.digest),
    RepoTags: [image.annotations?.['io.containerd.image.name']],
    Layers: layers.map(({ digest }) => pathOf(digest)),
  }
  const content = () => Buffer.from(JSON.stringify([manifest]))
  return [{ path: '/manifest.json', type: 'file', mode: 0o644, content }]
}
