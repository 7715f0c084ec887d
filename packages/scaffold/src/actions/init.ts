import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { checkDomain, checkProjectName } from '../names.ts'
import { writeNewFiles } from '../project/project-folder.ts'
import { ScaffoldUsageError } from '../scaffold-error.ts'
import { initFiles } from '../templates/init-files.ts'
import { type Action, textOf } from './action.ts'

/** Begins a project, in the working directory or in one that is made. */
export const init: Action = {
  flags: { domain: { type: 'string' }, name: { type: 'string' }, force: { type: 'boolean' } },
  run({ folder, print }, { words, flags }) {
    const [directory = '.', ...rest] = words
    if (rest.length > 0) throw new ScaffoldUsageError(`unexpected argument "${rest[0]}"`)
    const target = resolve(folder, directory)
    const name = checkProjectName(textOf(flags, 'name') ?? basename(target))
    const domain = checkDomain(textOf(flags, 'domain') ?? 'example.com')
    const files = initFiles({ name, domain, fairlead: ownVersion() })
    writeNewFiles(target, files, { force: flags['force'] === true })
    print(`${name} is in ${target}: ${files.map(({ path }) => path).join(', ')}\n`)
    return 0
  },
}

/** All packages of Fairlead have one version. */
function ownVersion(): string {
  const path = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version
}
