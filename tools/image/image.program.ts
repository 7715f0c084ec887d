import { writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { readText, root } from '../source-tree.ts'
import { buildImage } from './build-image.ts'
import { writeArchive } from './layout-archive.ts'
import { readPlatforms } from './platform.ts'
import { revision } from './revision.ts'

// npm run image -- [--name NAME] [--tag TAG] [--platform linux/amd64,linux/arm64] [--output DIRECTORY]:
// the image of Fairlead, as a directory and as an archive, with a bill of materials. The packages must
// be built.

const { version } = JSON.parse(readText('packages/cli/package.json')) as {
  readonly version: string
}
const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'ghcr.io/fairlead/fairlead' },
    tag: { type: 'string', default: version },
    platform: { type: 'string' },
    output: { type: 'string', default: join(root, 'dist/image') },
  },
})
const folder = resolve(values.output)
const state = revision(process.env)
const say = (line: string) => void process.stdout.write(`${line}\n`)
const { digest, bills } = await buildImage({
  folder,
  name: values.name,
  tag: values.tag,
  platforms: readPlatforms(values.platform),
  revision: state,
  say,
})
for (const [architecture, bill] of bills) {
  writeFileSync(join(folder, `sbom-${architecture}.cdx.json`), bill)
}
const archive = join(folder, 'fairlead.tar')
await writeArchive(join(folder, 'layout'), archive, state.modifiedAt)
say(`${values.name}:${values.tag} is ${digest}, in ${relative(process.cwd(), archive)}`)
say(`podman load --input ${relative(process.cwd(), archive)}`)
