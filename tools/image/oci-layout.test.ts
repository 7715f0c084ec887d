import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { ImageFile } from './image-file.ts'
import { writeArchive } from './layout-archive.ts'
import { layoutProblems } from './layout-problems.ts'
import { mediaTypes, OciLayout, pathOf, type Descriptor } from './oci-layout.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-layout-'))
afterAll(() => rmSync(folder, { recursive: true }))
const files: readonly ImageFile[] = [
  { path: '/bin/a', type: 'file', mode: 0o755, content: () => Buffer.from('program') },
]

/** A layout of one image; with several architectures of their index. */
async function layoutOf(name: string, architectures: readonly string[]): Promise<Descriptor> {
  const layout = new OciLayout(join(folder, name), 1_700_000_000)
  const { descriptor, diffId } = await layout.addLayer(files)
  const manifests = architectures.map((architecture) => {
    const rootfs = { type: 'layers', diff_ids: [diffId] }
    const config = layout.addJson(mediaTypes.config, { architecture, os: 'linux', rootfs })
    const manifest = { schemaVersion: 2, config, layers: [descriptor] }
    const platform = { os: 'linux', architecture }
    return { ...layout.addJson(mediaTypes.manifest, manifest), platform }
  })
  const [only] = manifests
  const image =
    manifests.length === 1 && only !== undefined
      ? only
      : layout.addJson(mediaTypes.index, { schemaVersion: 2, manifests })
  layout.finish(image, { name: 'registry.test/fairlead', tag: '1' })
  return image
}

describe('a layout', () => {
  it('has the digests, sizes and media types that it says, for one platform or several', async () => {
    await layoutOf('one', ['amd64'])
    await layoutOf('two', ['amd64', 'arm64'])
    expect(layoutProblems(join(folder, 'one'))).toEqual([])
    expect(layoutProblems(join(folder, 'two'))).toEqual([])
  })

  it('has the same digest when it is built again', async () => {
    const { digest } = await layoutOf('first', ['amd64'])
    expect((await layoutOf('second', ['amd64'])).digest).toBe(digest)
  })

  it('is not valid with another byte', async () => {
    const { digest, size } = await layoutOf('damaged', ['amd64'])
    appendFileSync(join(folder, 'damaged', pathOf(digest)), ' ')
    expect(layoutProblems(join(folder, 'damaged'))).toEqual([
      `${digest} has another digest`,
      `${digest} has ${size + 1} bytes, not ${size}`,
    ])
  })
})

describe('the archive of a layout', () => {
  const unpacked = async (name: string) => {
    const archive = join(folder, `${name}.tar`)
    await writeArchive(join(folder, name), archive, 1_700_000_000)
    const target = mkdtempSync(join(folder, 'unpacked-'))
    execFileSync('tar', ['-xf', archive, '-C', target])
    return target
  }

  it('is the layout, with what Docker looks for', async () => {
    await layoutOf('packed', ['amd64'])
    const target = await unpacked('packed')
    expect(layoutProblems(target)).toEqual([])
    const [manifest] = JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8')) as {
      readonly Config: string
      readonly RepoTags: string[]
    }[]
    expect(manifest?.RepoTags).toEqual(['registry.test/fairlead:1'])
    const config = JSON.parse(readFileSync(join(target, manifest?.Config ?? ''), 'utf8')) as object
    expect(config).toMatchObject({ architecture: 'amd64' })
  })

  it('leaves that out for several platforms, of which it could name one', async () => {
    await layoutOf('packed-two', ['amd64', 'arm64'])
    const target = await unpacked('packed-two')
    expect(() => readFileSync(join(target, 'manifest.json'))).toThrow('ENOENT')
    cpSync(target, join(folder, 'again'), { recursive: true })
    expect(layoutProblems(join(folder, 'again'))).toEqual([])
  })
})
