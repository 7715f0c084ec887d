import type { CommandContext } from '../command-context.ts'
import { generalHelp, helpOf } from '../help-text.ts'
import { commandNamed } from '../read-arguments.ts'
import { UsageError } from '../usage-error.ts'

/** Prints what a command does, or which there are. */
export function help({ own, print, columns }: CommandContext): Promise<void> {
  const [name, ...rest] = own.words
  if (rest.length > 0) throw new UsageError(`unexpected argument "${rest[0]}"; see fairlead --help`)
  print(name === undefined ? generalHelp(columns) : helpOf(commandNamed(name), columns))
  return Promise.resolve()
}
