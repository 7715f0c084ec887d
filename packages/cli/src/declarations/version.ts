import type { CommandDeclaration } from './declaration.ts'
import { output } from './shared-flags.ts'

export const version: CommandDeclaration = {
  name: 'version',
  summary: 'print the version of Fairlead, and of what it runs on',
  usage: ['version [flags]', '--version'],
  flags: [output],
}
