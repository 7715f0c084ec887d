import type { CommandDeclaration } from './declaration.ts'

export const help: CommandDeclaration = {
  name: 'help',
  summary: 'print what a command does, and its flags',
  usage: ['help [COMMAND]'],
  takesWords: true,
  flags: [],
}
