import type { CommandContext } from '../command-context.ts'
import { programCommit } from '../program-commit.ts'
import { programVersion } from '../program-version.ts'

/** Prints the version of this program, of its sources where they are known, and of Node.js. */
export function version({ options, print }: CommandContext): Promise<void> {
  const { arch, platform, versions } = process
  const known = {
    version: programVersion(),
    commit: programCommit() ?? null,
    node: versions.node,
    platform: `${platform}/${arch}`,
  }
  if (options.call.output === 'json') {
    print(`${JSON.stringify(known, null, 2)}\n`)
  } else {
    const commit = known.commit === null ? '' : `commit ${known.commit}, `
    print(`fairlead ${known.version} (${commit}Node.js ${known.node}, ${known.platform})\n`)
  }
  return Promise.resolve()
}
