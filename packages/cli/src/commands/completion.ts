import type { CommandContext } from '../command-context.ts'
import { bashScript } from '../completion/bash-script.ts'
import { fishScript } from '../completion/fish-script.ts'
import type { ShellScript } from '../completion/shell-script.ts'
import { zshScript } from '../completion/zsh-script.ts'
import { declarations } from '../declarations/declarations.ts'
import { UsageError } from '../usage-error.ts'

const scripts: Readonly<Record<string, ShellScript>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
}

/** Prints the script with which a shell completes command lines. */
export function completion({ own, print }: CommandContext): Promise<void> {
  const [shell = '', ...rest] = own.words
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (script === undefined || rest.length > 0) {
    throw new UsageError('expected bash, zsh or fish; see fairlead completion --help')
  }
  print(script(declarations))
  return Promise.resolve()
}
