import type { ActionContext } from './actions/action.ts'
import { createProject } from './operator-command.ts'
import { ScaffoldError, ScaffoldUsageError } from './scaffold-error.ts'

const usage = `Usage: npm create fairlead-operator NAME -- [flags]

Makes the directory NAME with an operator that runs, its test and its kind.

Flags
  --domain DOMAIN       what the groups of the project end with (default example.com)
  --group GROUP         the part before the domain; without it, the group is the domain
  --version VERSION     of the kind (default v1alpha1)
  --kind KIND           in PascalCase (default from NAME: Database for database-operator)
  --plural PLURAL       where English forms another one
  --namespaced BOOL     whether objects of the kind are in namespaces (default true)
  --force               overwrite files that are there
`

/**
 * `npm create fairlead-operator`: a project with its first kind, ready to be installed and tested.
 * Resolves to the exit code: 1 for a project that cannot be made, 2 for a wrong command line.
 */
export async function createOperator(
  args: readonly string[],
  context: ActionContext & { readonly warn: (text: string) => void },
): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    context.print(usage)
    return 0
  }
  try {
    const directory = await createProject(args, context)
    context.print(`\nNext:\n  cd ${directory}\n  npm install\n  npm test\n`)
    return 0
  } catch (error) {
    if (error instanceof ScaffoldUsageError) {
      context.warn(`${error.message}\n\n${usage}`)
      return 2
    }
    if (!(error instanceof ScaffoldError)) throw error
    context.warn(`${error.message}\n`)
    return 1
  }
}
