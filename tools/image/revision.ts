import { spawnSync } from 'node:child_process'
import { root } from '../source-tree.ts'

/** Which state of the repository something is built from. */
export interface Revision {
  /** The commit; with `-dirty` where files differ from it, `unknown` outside a repository. */
  readonly name: string
  /** The time of the commit, in seconds since 1970, or `SOURCE_DATE_EPOCH` where that is set. */
  readonly modifiedAt: number
}

export function revision(environment: NodeJS.ProcessEnv): Revision {
  const [commit = '', time = ''] = git(['log', '-1', '--format=%H %ct']).trim().split(' ')
  const chosen = environment['SOURCE_DATE_EPOCH'] || time || '0'
  if (!/^\d+$/.test(chosen)) throw new Error('SOURCE_DATE_EPOCH is not a number of seconds')
  const modifiedAt = Number(chosen)
  if (commit === '') return { name: 'unknown', modifiedAt }
  const isDirty = git(['status', '--porcelain', '--untracked-files=no']) !== ''
  return { name: isDirty ? `${commit}-dirty` : commit, modifiedAt }
}

/** What git prints; nothing where there is no git or no repository. */
function git(args: readonly string[]): string {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  return status === 0 ? stdout : ''
}
