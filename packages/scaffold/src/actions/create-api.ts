import { kebabOf, type KindName, variableOf } from '../names.ts'
import { filesIn, readProject, readProjectFile, writeNewFiles } from '../project/project-folder.ts'
import { ScaffoldUsageError } from '../scaffold-error.ts'
import {
  apiFiles,
  controllerSetup,
  copiedVersion,
  definitionPath,
  versionsFiles,
  versionsPath,
} from '../templates/api-files.ts'
import { type Action, type ActionContext, type ActionFlags, textOf } from './action.ts'
import { addToSetup } from './add-to-setup.ts'
import { kindFlags, kindOfFlags } from './kind-flags.ts'

/** Adds a kind with its controller and test, or another version of a kind that is there. */
export const createApi: Action = {
  flags: { ...kindFlags, namespaced: { type: 'string' }, force: { type: 'boolean' } },
  run(context, { words, flags }) {
    if (words.length > 0) throw new ScaffoldUsageError(`unexpected argument "${words[0]}"`)
    const { domain } = readProject(context.folder)
    const name = kindOfFlags(flags, domain)
    const others = otherVersions(context.folder, name)
    const [first] = others
    if (first === undefined) addKind(context, name, flags)
    else addVersion(context, name, others, flags)
    return 0
  },
}

function addKind(context: ActionContext, name: KindName, flags: ActionFlags): void {
  const { folder, print } = context
  const files = apiFiles({ ...name, namespaced: namespacedOf(flags) })
  writeNewFiles(folder, files, { force: flags['force'] === true })
  print(`wrote ${files.map(({ path }) => path).join(', ')}\n`)
  const { name: setup, module } = controllerSetup(name)
  addToSetup(context, { name: setup, module, statement: `${setup}(manager)` })
}

/** It begins with the fields of the version that came last. */
function addVersion(
  { folder, print }: ActionContext,
  name: KindName,
  others: readonly string[],
  flags: ActionFlags,
): void {
  const { kind, version } = name
  const [first = '', latest = ''] = [others[0], others.at(-1)]
  const text = readProjectFile(folder, definitionPath({ ...name, version: latest })) ?? ''
  const copy = { path: definitionPath(name), text: copiedVersion(text, latest, version) }
  const isSecond = readProjectFile(folder, versionsPath(name)) === undefined
  const files = [copy, ...(isSecond ? versionsFiles(name, first) : [])]
  writeNewFiles(folder, files, { force: flags['force'] === true })
  print(`wrote ${files.map(({ path }) => path).join(', ')}\n`)
  const next = isSecond
    ? `change the fields of ${version} and how they are converted in ${versionsPath(name)}; then: fairlead operator create webhook --conversion`
    : `add it to ${variableOf(name)} in ${versionsPath(name)}: how ${version} is converted`
  print(`${kind} has another version, with the fields of ${latest}. Next, ${next}\n`)
}

/** The versions of the kind that are defined already, in the order of their names. */
function otherVersions(folder: string, { kind, version }: KindName): readonly string[] {
  const file = `${kebabOf(kind)}.ts`
  return filesIn(folder, 'src/api')
    .map((path) => path.split('/'))
    .filter((parts) => parts.length === 4 && parts[3] === file && parts[2] !== version)
    .map((parts) => parts[2] ?? '')
}

function namespacedOf(flags: ActionFlags): boolean {
  const text = textOf(flags, 'namespaced') ?? 'true'
  if (text === 'true' || text === 'false') return text === 'true'
  throw new ScaffoldUsageError(`--namespaced is "${text}": expected true or false`)
}
