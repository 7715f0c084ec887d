import type { CommandDeclaration, FlagDeclaration } from '../declarations/declaration.ts'
import {
  type Offered,
  offeredFlags,
  offeredValues,
  offeredWords,
  quoted,
  type ShellScript,
} from './shell-script.ts'

/** For fish 3 or newer. */
export const fishScript: ShellScript = (commands) => {
  const lines = commands.flatMap((command) => [
    `complete -c fairlead -n __fish_use_subcommand -a ${command.name} -d ${inFish(command.summary)}`,
    ...offeredFlags(command).map((flag) => `${of(command)} ${flagWords(flag)}`),
    ...wordsOf(offeredWords(command, commands)).map((words) => `${of(command)} ${words}`),
  ])
  return `# fish completion of fairlead: fairlead completion fish | source
complete -c fairlead -f
${lines.join('\n')}
`
}

function of({ name }: CommandDeclaration): string {
  return `complete -c fairlead -n '__fish_seen_subcommand_from ${name}'`
}

function flagWords(flag: FlagDeclaration): string {
  const short = flag.short === undefined ? '' : ` -s ${flag.short}`
  const [values = ''] = wordsOf(offeredValues(flag))
  const value = flag.value === undefined ? '' : ` -x ${values}`.trimEnd()
  return `-l ${flag.name}${short}${value} -d ${inFish(flag.description)}`
}

function wordsOf(offered: Offered): readonly string[] {
  if (offered === 'nothing') return []
  if (offered === 'file') return [`-a '(__fish_complete_path)'`]
  if (offered === 'directory') return [`-a '(__fish_complete_directories)'`]
  return [`-a ${quoted(offered.join(' '))}`]
}

/** Within single quotes fish knows backslashes. */
function inFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
