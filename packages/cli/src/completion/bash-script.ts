import type { CommandDeclaration } from '../declarations/declaration.ts'
import {
  type Offered,
  offeredFlags,
  offeredValues,
  offeredWords,
  type ShellScript,
} from './shell-script.ts'

/** For bash 3.2 or newer, with or without its package of completions. */
export const bashScript: ShellScript = (commands) => {
  const names = commands.map(({ name }) => name).join(' ')
  const cases = commands.map((command) => commandCase(command, commands)).join('\n')
  const valued = [
    ...new Set(
      commands
        .flatMap(offeredFlags)
        .filter(({ value }) => value !== undefined)
        .flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]),
    ),
  ]
  return `# bash completion of fairlead: source <(fairlead completion bash)
_fairlead() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command='' index position=0
  # bash takes --flag=value for three words.
  if [[ $word == '=' ]]; then
    word=''
  elif [[ $before == '=' ]]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${valued.join('|')})
        [[ \${COMP_WORDS[index+1]} == '=' ]] && ((index++))
        ((index++))
        ;;
      -*) ;;
      *)
        if [[ -z $command ]]; then command=\${COMP_WORDS[index]}; else ((position++)); fi
        ;;
    esac
  done
  COMPREPLY=()
  case $command in
    '') [[ $word == -* ]] || COMPREPLY=($(compgen -W '${names}' -- "$word")) ;;
${cases}
  esac
}
complete -F _fairlead fairlead
`
}

function commandCase(command: CommandDeclaration, commands: readonly CommandDeclaration[]): string {
  const flags = offeredFlags(command)
  const values = flags
    .filter(({ value }) => value !== undefined)
    .map((flag) => {
      const terms = [...(flag.short === undefined ? [] : [`-${flag.short}`]), `--${flag.name}`]
      return `        ${terms.join('|')}) ${reply(offeredValues(flag))} ;;`
    })
  const words = offeredWords(command, commands)
  return `    ${command.name})
      case $before in
${values.join('\n')}
        *)
          if [[ $word == -* ]]; then
            ${reply(flags.map(({ name }) => `--${name}`))}
          elif ((position == 0)); then
            ${reply(words)}
          fi
          ;;
      esac
      ;;`
}

function reply(offered: Offered): string {
  if (offered === 'nothing') return ':'
  if (offered === 'file') return 'COMPREPLY=($(compgen -f -- "$word"))'
  if (offered === 'directory') return 'COMPREPLY=($(compgen -d -- "$word"))'
  return `COMPREPLY=($(compgen -W '${offered.join(' ')}' -- "$word"))`
}
