import { basename } from 'node:path'
import { pathsOnPath } from './find-program.ts'
import type { CachedSource } from './program.ts'
import { runToEnd } from './run-to-end.ts'

/** A program that Go builds, pinned by the checksum database that Go asks. */
interface GoProgram {
  readonly module: string
  /** Its folder in the module. */
  readonly command: string
  /** As the module has it. */
  readonly moduleVersion: string
  /** As the program prints it. */
  readonly version: string
  /** The variable that the version is linked into; absent where Go's own record of it is printed. */
  readonly versionVariable?: string
}

/** Builds a program with the Go of this machine, which takes minutes. */
export function fromGoModule(program: GoProgram): CachedSource {
  const { module, command, moduleVersion, version, versionVariable } = program
  return {
    title: `the Go module ${module} ${moduleVersion}`,
    version,
    file: basename(command),
    refusal: () =>
      pathsOnPath('go', process.env['PATH']).length > 0 ? undefined : 'this machine has no go',
    async bring(folder) {
      const linked = versionVariable === undefined ? '' : ` -X ${versionVariable}=${version}`
      const flags = [
        '-trimpath',
        `-ldflags=-s -w${linked}`,
        `${module}/${command}@${moduleVersion}`,
      ]
      const environment = { ...process.env, GOBIN: folder }
      await runToEnd('go', ['install', ...flags], { environment })
    },
  }
}
