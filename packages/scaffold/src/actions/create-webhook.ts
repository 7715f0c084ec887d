import { kebabOf, variableOf } from '../names.ts'
import { readProject, readProjectFile, writeNewFiles } from '../project/project-folder.ts'
import { ScaffoldError, ScaffoldUsageError } from '../scaffold-error.ts'
import { definitionPath, versionsPath } from '../templates/api-files.ts'
import { webhookFiles, webhookSetup } from '../templates/webhook-files.ts'
import type { Action } from './action.ts'
import { addToSetup } from './add-to-setup.ts'
import { kindFlags, kindOfFlags } from './kind-flags.ts'

/** Adds defaults, validation or conversion to a kind that is there. */
export const createWebhook: Action = {
  flags: {
    ...kindFlags,
    defaulting: { type: 'boolean' },
    'programmatic-validation': { type: 'boolean' },
    conversion: { type: 'boolean' },
    force: { type: 'boolean' },
  },
  run(context, { words, flags }) {
    if (words.length > 0) throw new ScaffoldUsageError(`unexpected argument "${words[0]}"`)
    const { folder, print } = context
    const name = kindOfFlags(flags, readProject(folder).domain)
    const defaulting = flags['defaulting'] === true
    const validation = flags['programmatic-validation'] === true
    const conversion = flags['conversion'] === true
    if (!defaulting && !validation && !conversion) {
      throw new ScaffoldUsageError(
        'say what it is to do: --defaulting, --programmatic-validation or --conversion',
      )
    }
    const needed = conversion ? versionsPath(name) : definitionPath(name)
    if (readProjectFile(folder, needed) === undefined) {
      throw new ScaffoldError(
        `${needed} is not there: create ${conversion ? 'a second version of the kind' : 'the kind'} first, with fairlead operator create api`,
      )
    }
    if (defaulting || validation) {
      const files = webhookFiles({ ...name, defaulting, validation })
      writeNewFiles(folder, files, { force: flags['force'] === true })
      print(`wrote ${files.map(({ path }) => path).join(', ')}\n`)
      const setup = webhookSetup(name)
      addToSetup(context, { ...setup, statement: `${setup.name}(manager)` })
    }
    if (conversion) {
      const variable = variableOf(name)
      addToSetup(context, {
        name: variable,
        module: `./api/${kebabOf(name.kind)}-versions.ts`,
        statement: `manager.webhooks.converts(${variable})`,
      })
    }
    return 0
  },
}
