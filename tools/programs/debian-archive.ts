import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { CachedSource } from './program.ts'
import { runToEnd } from './run-to-end.ts'

/**
 * One program of a Debian package of this version, which is unpacked and not installed, so that none
 * of its services start and nobody need be root. apt checks its signature.
 */
export function fromDebianArchive(name: string, version: string, member: string): CachedSource {
  const file = basename(member)
  return {
    title: `the Debian package ${name} ${version}`,
    version,
    file,
    refusal: () =>
      existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb')
        ? undefined
        : 'this machine has no apt-get',
    async bring(folder) {
      await runToEnd('apt-get', ['download', '-qq', name], { cwd: folder })
      const archive = readdirSync(folder).find((each) => each.endsWith('.deb'))
      if (archive === undefined) throw new Error(`apt-get downloaded no package ${name}`)
      const unpacked = join(folder, 'unpacked')
      mkdirSync(unpacked)
      await runToEnd('dpkg-deb', ['-x', archive, unpacked], { cwd: folder })
      renameSync(join(unpacked, member), join(folder, file))
      rmSync(unpacked, { recursive: true })
      rmSync(join(folder, archive))
    },
  }
}
