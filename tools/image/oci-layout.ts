import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { completeTree, type ImageFile } from './image-file.ts'
import { tarArchive } from './tar-archive.ts'

/** How one blob of a layout names another. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: { readonly os: string; readonly architecture: string }
  readonly annotations?: Readonly<Record<string, string>>
}

/** A layer of an image. */
export interface Layer {
  readonly descriptor: Descriptor
  /** The digest of the archive before it was compressed. */
  readonly diffId: string
}

export const mediaTypes = {
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  config: 'application/vnd.oci.image.config.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
} as const

/** Where in the header of gzip its writer's system stands, and the value for "unknown". */
const systemOffset = 9
const unknownSystem = 0xff

/** An image layout of the Open Container Initiative, written into an empty directory. */
export class OciLayout {
  readonly #folder: string
  readonly #modifiedAt: number

  /** `modifiedAt` is the time of every file in its layers, in seconds since 1970. */
  constructor(folder: string, modifiedAt: number) {
    this.#folder = folder
    this.#modifiedAt = modifiedAt
    mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
  }

  async addLayer(files: readonly ImageFile[]): Promise<Layer> {
    const unpacked = createHash('sha256')
    const packed = createHash('sha256')
    let size = 0
    const unfinished = join(this.#folder, 'layer.unfinished')
    await pipeline(
      Readable.from(tarArchive(completeTree(files), this.#modifiedAt)),
      seeing((chunk) => unpacked.update(chunk)),
      createGzip(),
      seeing((chunk) => {
        // The same on every system.
        if (size === 0) chunk[systemOffset] = unknownSystem
        packed.update(chunk)
        size += chunk.length
      }),
      createWriteStream(unfinished),
    )
    const digest = `sha256:${packed.digest('hex')}`
    renameSync(unfinished, join(this.#folder, pathOf(digest)))
    return {
      descriptor: { mediaType: mediaTypes.layer, digest, size },
      diffId: `sha256:${unpacked.digest('hex')}`,
    }
  }

  addJson(mediaType: string, value: object): Descriptor {
    const bytes = Buffer.from(JSON.stringify(value))
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    writeFileSync(join(this.#folder, pathOf(digest)), bytes)
    return { mediaType, digest, size: bytes.length }
  }

  /** Completes the layout: names the image that it holds, by tag. */
  finish(image: Descriptor, { name, tag }: { readonly name: string; readonly tag: string }): void {
    const annotations = {
      'org.opencontainers.image.ref.name': tag,
      'io.containerd.image.name': `${name}:${tag}`,
    }
    const index = {
      schemaVersion: 2,
      mediaType: mediaTypes.index,
      manifests: [{ ...image, annotations }],
    }
    writeFileSync(join(this.#folder, 'index.json'), JSON.stringify(index))
    writeFileSync(join(this.#folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  }
}

/** Where a blob is, in a layout. */
export function pathOf(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

function seeing(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk)
      done(undefined, chunk)
    },
  })
}
