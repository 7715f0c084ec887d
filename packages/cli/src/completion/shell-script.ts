import type { CommandDeclaration, FlagDeclaration } from '../declarations/declaration.ts'
import { everyCommandsFlags } from '../declarations/shared-flags.ts'

/** A shell's script that completes command lines of these commands. */
export type ShellScript = (commands: readonly CommandDeclaration[]) => string

/** The flags that are offered of a command. */
export function offeredFlags(command: CommandDeclaration): readonly FlagDeclaration[] {
  return [...command.flags, ...everyCommandsFlags]
}

/** What a shell offers as a value or word. */
export type Offered = readonly string[] | 'file' | 'directory' | 'nothing'

/** What is offered as the value of a flag. */
export function offeredValues({ choices, completes }: FlagDeclaration): Offered {
  return completes ?? choices ?? 'nothing'
}

/** What is offered as the first word behind a command's name. */
export function offeredWords(
  { name, firstWords }: CommandDeclaration,
  commands: readonly CommandDeclaration[],
): Offered {
  if (name === 'help') return commands.map((each) => each.name)
  return firstWords ?? 'nothing'
}

/** In single quotes of a shell, whose quotes within are written as `'\''`. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
