import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { LockedPackages } from '../install/installed-tree.mjs'
import { readText, root } from '../source-tree.ts'
import { applicationFiles } from './application-files.ts'
import { baseFiles } from './base-files.ts'
import { billOfMaterials, npmUrl, type Component } from './bill-of-materials.ts'
import { packageComponents, systemComponents } from './components.ts'
import { fetchDebianPackages, installedPackagesOf, type DebianPackage } from './debian-packages.ts'
import { imageSettings } from './image-settings.ts'
import { mediaTypes, OciLayout, type Descriptor, type Layer } from './oci-layout.ts'
import { productionPackages } from './locked-packages.ts'
import { nodeProgram } from './node-program.ts'
import { isOwn, type Platform } from './platform.ts'
import type { Revision } from './revision.ts'
import { sharedLibrariesOf, type SharedLibrary } from './shared-libraries.ts'

interface ImageOrder {
  /** Where the image is written: `layout/`, and a bill of materials beside it. */
  readonly folder: string
  /** Of the image, such as `registry.example.com/fairlead`. */
  readonly name: string
  readonly tag: string
  readonly platforms: readonly Platform[]
  readonly revision: Revision
  /** Called with one line for each part. */
  readonly say: (line: string) => void
}

interface BuiltImage {
  /** Of the image; with several platforms of their index. */
  readonly digest: string
  /** The text of a CycloneDX document for each platform, by architecture. */
  readonly bills: ReadonlyMap<string, string>
}

interface Machine {
  readonly libraries: readonly SharedLibrary[]
  readonly packages: readonly DebianPackage[]
}

/**
 * Builds the image of Fairlead from what is built and installed here, as a layout of OCI, without a
 * registry or a daemon. How it is run is read from deploy/Containerfile. The same sources on the same
 * machine give the same digests.
 */
export async function buildImage(order: ImageOrder): Promise<BuiltImage> {
  const { folder, name, tag, platforms, revision, say } = order
  mkdirSync(folder, { recursive: true })
  clear(folder)
  const { packages: locked } = JSON.parse(readText('package-lock.json')) as {
    readonly packages: LockedPackages
  }
  const packages = productionPackages(locked, 'packages/cli')
  const version = packages.find((each) => each.name === 'fairlead')?.version ?? ''
  const layout = new OciLayout(join(folder, 'layout'), revision.modifiedAt)
  const files = await applicationFiles(packages, '/app', join(folder, 'fetched', 'packages'))
  const application = await layout.addLayer(files)
  say(`fairlead ${version} with ${packages.length} packages: ${megabytes(application)}`)

  const bills = new Map<string, string>()
  const manifests: Descriptor[] = []
  for (const platform of platforms) {
    const { architecture } = platform
    const scratch = join(folder, 'fetched', architecture)
    const node = await nodeProgram(platform, locked, scratch)
    const machine = await machineOf(platform, node.path, scratch)
    const base = await layout.addLayer([...baseFiles, ...machine.libraries.map(libraryFile)])
    say(`linux/${architecture}, ${machine.libraries.length} libraries: ${megabytes(base)}`)
    const program = await layout.addLayer([
      {
        path: '/usr/local/bin/node',
        type: 'file',
        mode: 0o755,
        content: () => readFileSync(node.path),
      },
    ])
    say(`linux/${architecture}, Node ${node.version}: ${megabytes(program)}`)
    manifests.push(
      addManifest(layout, architecture, [base, program, application], version, revision),
    )
    const components = [...packageComponents(packages), ...systemComponents(node, machine.packages)]
    bills.set(architecture, imageBill(version, components, node.version, revision))
  }
  rmSync(join(folder, 'fetched'), { recursive: true, force: true })
  const [only] = manifests
  const image =
    only !== undefined && manifests.length === 1
      ? only
      : layout.addJson(mediaTypes.index, {
          schemaVersion: 2,
          mediaType: mediaTypes.index,
          manifests,
        })
  layout.finish(image, { name, tag })
  return { digest: image.digest, bills }
}

/** The libraries of this machine, or, for another architecture, Debian's. */
async function machineOf(platform: Platform, node: string, scratch: string): Promise<Machine> {
  if (isOwn(platform)) {
    const libraries = sharedLibrariesOf(node, '/')
    return { libraries, packages: await installedPackagesOf(libraries) }
  }
  const { root: fileSystem, packages } = await fetchDebianPackages(platform, scratch)
  return { libraries: sharedLibrariesOf(node, fileSystem), packages }
}

function libraryFile({ path, source }: SharedLibrary) {
  return { path, type: 'file', mode: 0o755, content: () => readFileSync(source) } as const
}

function addManifest(
  layout: OciLayout,
  architecture: string,
  layers: readonly Layer[],
  version: string,
  { name, modifiedAt }: Revision,
): Descriptor {
  const created = new Date(modifiedAt * 1000).toISOString()
  const containerfile = readFileSync(join(root, 'deploy/Containerfile'), 'utf8')
  const config = layout.addJson(mediaTypes.config, {
    created,
    architecture,
    os: 'linux',
    config: imageSettings(containerfile, { VERSION: version, REVISION: name }),
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    history: ['base', 'node', 'fairlead'].map((part) => ({ created, created_by: part })),
  })
  const manifest = layout.addJson(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: layers.map(({ descriptor }) => descriptor),
  })
  return { ...manifest, platform: { os: 'linux', architecture } }
}

function imageBill(
  version: string,
  components: readonly Component[],
  nodeVersion: string,
  { modifiedAt }: Revision,
): string {
  const needs = [npmUrl({ name: 'fairlead', version }), `pkg:generic/node@${nodeVersion}`]
  const product: Component = { type: 'container', name: 'fairlead-image', version, needs }
  return billOfMaterials(product, components, modifiedAt)
}

function megabytes({ descriptor }: Layer): string {
  return `${(descriptor.size / 1e6).toFixed(1)} MB`
}

/** What an earlier build has made goes; a folder of anybody else's is left alone. */
function clear(folder: string): void {
  const entries = readdirSync(folder)
  const others = entries.filter(
    (name) => !/^(?:layout|fetched|fairlead\.tar|sbom-[a-z\d]+\.cdx\.json)$/.test(name),
  )
  if (others.length > 0) {
    throw new Error(`${folder} holds ${others[0]}, which is no image: name a folder of its own`)
  }
  for (const name of entries) rmSync(join(folder, name), { recursive: true, force: true })
}
