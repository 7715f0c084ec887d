import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { mediaTypes, pathOf, type Descriptor } from './oci-layout.ts'

/** What a manifest names. */
export interface Manifest {
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

interface Config {
  readonly architecture: string
  readonly os: string
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] }
}

/** What is wrong with a layout of OCI that holds one image; nothing if a registry would take it. */
export function layoutProblems(folder: string): string[] {
  const problems: string[] = []
  const json = (path: string): unknown => JSON.parse(readFileSync(join(folder, path), 'utf8'))
  const check = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem)
  }
  const blob = ({ digest, size }: Descriptor): Buffer => {
    const bytes = readFileSync(join(folder, pathOf(digest)))
    check(digestOf(bytes) === digest, `${digest} has another digest`)
    check(bytes.length === size, `${digest} has ${bytes.length} bytes, not ${size}`)
    return bytes
  }
  const checkImage = (descriptor: Descriptor) => {
    const manifest = JSON.parse(blob(descriptor).toString()) as Manifest
    const config = JSON.parse(blob(manifest.config).toString()) as Config
    check(manifest.config.mediaType === mediaTypes.config, 'the config has another media type')
    const { platform = { os: config.os, architecture: config.architecture } } = descriptor
    check(platform.architecture === config.architecture, `${descriptor.digest} is for another CPU`)
    const diffIds = manifest.layers.map((layer) => digestOf(gunzipSync(blob(layer))))
    check(diffIds.join() === config.rootfs.diff_ids.join(), 'the layers have other diff ids')
    for (const { mediaType } of manifest.layers) {
      check(mediaType === mediaTypes.layer, `a layer has the media type ${mediaType}`)
    }
  }
  const { imageLayoutVersion } = json('oci-layout') as { readonly imageLayoutVersion: string }
  check(imageLayoutVersion === '1.0.0', 'oci-layout names another version')
  const { manifests } = json('index.json') as { readonly manifests: readonly Descriptor[] }
  check(manifests.length === 1, `index.json names ${manifests.length} images`)
  for (const image of manifests) {
    if (image.mediaType !== mediaTypes.index) checkImage(image)
    else {
      const index = JSON.parse(blob(image).toString()) as { manifests: readonly Descriptor[] }
      for (const each of index.manifests) checkImage(each)
    }
  }
  return problems
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
