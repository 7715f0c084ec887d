import { resolve } from 'node:path'
import { difference } from '../difference.ts'
import { chartFiles } from '../manifests/chart-files.ts'
import { describeOperator } from '../manifests/describe-operator.ts'
import { manifestFiles } from '../manifests/manifest-files.ts'
import { isGenerated } from '../manifests/yaml-text.ts'
import { loadOperator } from '../project/load-operator.ts'
import {
  generatedFiles,
  readProjectFile,
  removeProjectFile,
  writeProjectFile,
} from '../project/project-folder.ts'
import type { ProjectFile } from '../project-file.ts'
import { ScaffoldError, ScaffoldUsageError } from '../scaffold-error.ts'
import type { Action } from './action.ts'

/**
 * Writes the manifests and the chart of a project from what it declares, or with `--check` only says
 * what differs: exit code 1.
 */
export const manifests: Action = {
  flags: { check: { type: 'boolean' }, force: { type: 'boolean' } },
  async run({ folder, print }, { words, flags }) {
    if (words.length > 0) throw new ScaffoldUsageError(`unexpected argument "${words[0]}"`)
    const project = resolve(folder)
    const operator = describeOperator(await loadOperator(project))
    const files = [...manifestFiles(operator), ...chartFiles(operator)]
    const stale = staleFiles(project, files)
    if (flags['check'] === true) return check(project, files, stale, print)
    if (flags['force'] !== true) refuseForeign(project, files)
    for (const file of files) writeProjectFile(project, file)
    for (const { path } of stale) removeProjectFile(project, path)
    print(`wrote ${files.length} files to manifests and chart\n`)
    return 0
  },
}

function staleFiles(folder: string, files: readonly ProjectFile[]): readonly ProjectFile[] {
  const made = new Set(files.map(({ path }) => path))
  return generatedFiles(folder, ['manifests', 'chart']).filter(({ path }) => !made.has(path))
}

function check(
  folder: string,
  files: readonly ProjectFile[],
  stale: readonly ProjectFile[],
  print: (text: string) => void,
): number {
  const differences = files.flatMap(({ path, text }) => {
    const actual = readProjectFile(folder, path)
    return actual === text ? [] : [difference(path, actual, text)]
  })
  differences.push(...stale.map(({ path, text }) => difference(path, text, undefined)))
  if (differences.length === 0) return 0
  print(`${differences.join('')}Run fairlead operator manifests, which writes them.\n`)
  return 1
}

/** Whoever wrote a file of such a name by hand keeps it. */
function refuseForeign(folder: string, files: readonly ProjectFile[]): void {
  const foreign = files.filter(({ path }) => {
    const text = readProjectFile(folder, path)
    return text !== undefined && !isGenerated(text)
  })
  if (foreign.length === 0) return
  throw new ScaffoldError(
    `${foreign.map(({ path }) => path).join(', ')} was not written by this command: nothing was ` +
      'written; --force overwrites it',
  )
}
