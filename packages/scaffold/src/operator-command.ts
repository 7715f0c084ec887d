import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Action, type ActionContext, textOf } from './actions/action.ts'
import { createApi } from './actions/create-api.ts'
import { createWebhook } from './actions/create-webhook.ts'
import { init } from './actions/init.ts'
import { manifests } from './actions/manifests.ts'
import { kindOfProject } from './names.ts'
import { operatorUsage } from './operator-usage.ts'
import { ScaffoldUsageError } from './scaffold-error.ts'

const actions: Readonly<Record<string, Action>> = {
  init,
  'create api': createApi,
  'create webhook': createWebhook,
  manifests,
}

/** Whether such a word begins a command line of `operatorCommand`. */
export function isOperatorAction(word: string | undefined): boolean {
  return Object.keys(actions).some((name) => name.split(' ')[0] === word)
}

/**
 * Runs what is behind `fairlead operator` on a command line. Resolves to the exit code: 1 when
 * `--check` finds a difference.
 * @throws ScaffoldUsageError for a command line that cannot be obeyed, ScaffoldError for a project
 * that cannot be worked on; then nothing was written
 */
export async function operatorCommand(
  args: readonly string[],
  context: ActionContext,
): Promise<number> {
  const length = args[0] === 'create' ? 2 : 1
  const name = args.slice(0, length).join(' ')
  const rest = args.slice(length)
  if ([...args].some((arg) => arg === '--help' || arg === '-h')) {
    context.print(operatorUsage)
    return 0
  }
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action === undefined) {
    throw new ScaffoldUsageError(
      `expected ${Object.keys(actions).join(', ')}, not "${name}"; see fairlead operator init --help`,
    )
  }
  return action.run(context, parse(action, rest))
}

/**
 * A project with its first kind, which is named for the project unless flags name it. Resolves to its
 * directory, as it was given.
 */
export async function createProject(
  args: readonly string[],
  context: ActionContext,
): Promise<string> {
  const flags = { ...init.flags, ...createApi.flags }
  const { words, flags: values } = parse({ flags }, args)
  const [directory] = words
  if (directory === undefined) throw new ScaffoldUsageError('the name of the project is missing')
  const given = (known: Action['flags']) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => name in known))
  await init.run(context, { words, flags: given(init.flags) })
  const folder = resolve(context.folder, directory)
  const kind = kindOfProject(textOf(values, 'name') ?? basename(folder))
  await createApi.run(
    { ...context, folder },
    { words: [], flags: { version: 'v1alpha1', kind, ...given(createApi.flags) } },
  )
  return directory
}

function parse({ flags }: Pick<Action, 'flags'>, args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...flags },
      allowPositionals: true,
      strict: true,
    })
    return { words: positionals, flags: values as Record<string, string | boolean | undefined> }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ScaffoldUsageError(reason, { cause })
  }
}
