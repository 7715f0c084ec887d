import type { CommandDeclaration } from './declaration.ts'
import { output } from './shared-flags.ts'

export const validate: CommandDeclaration = {
  name: 'validate',
  summary: 'say what is wrong with folders of manifests, by file and line',
  usage: ['validate DIR… [flags]'],
  about:
    'Judges the YAML and JSON files of all of them together, as an API server and the operator would: syntax, schemas and rules, and what the resources are to one another. No cluster is asked. Exits with 1 if there is a problem; warnings are no failure.',
  takesWords: true,
  firstWords: 'directory',
  flags: [output],
  examples: [{ does: 'Before a commit', line: 'fairlead validate manifests' }],
}
