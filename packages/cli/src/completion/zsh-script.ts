import type { CommandDeclaration, FlagDeclaration } from '../declarations/declaration.ts'
import {
  type Offered,
  offeredFlags,
  offeredValues,
  offeredWords,
  quoted,
  type ShellScript,
} from './shell-script.ts'

/** For zsh with its system of completions, `compinit`. */
export const zshScript: ShellScript = (commands) => `#compdef fairlead
# zsh completion of fairlead: source <(fairlead completion zsh)
_fairlead() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -C '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $words[1] in
${commands.map((command) => commandCase(command, commands)).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _fairlead ]]; then _fairlead "$@"; else compdef _fairlead fairlead; fi
`

function commandCase(command: CommandDeclaration, commands: readonly CommandDeclaration[]): string {
  const words = offeredWords(command, commands)
  const specs = [
    ...offeredFlags(command).flatMap(flagSpecs),
    ...(words === 'nothing' ? [] : [quoted(`1: :${action(words)}`)]),
  ]
  return `        ${command.name}) _arguments ${specs.join(' \\\n          ')} ;;`
}

function flagSpecs(flag: FlagDeclaration): readonly string[] {
  const { name, short, value, isRepeatable } = flag
  const terms = [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]
  const meaning = `[${escaped(flag.description)}]`
  const argument = value === undefined ? '' : `:${escaped(value)}:${action(offeredValues(flag))}`
  const once = isRepeatable === true ? '*' : `(${terms.join(' ')})`
  return terms.map((term) => {
    const assigned = value !== undefined && term.startsWith('--') ? `${term}=` : term
    return quoted(`${once}${assigned}${meaning}${argument}`)
  })
}

/** Brackets and colons end the parts of a specification. */
function escaped(text: string): string {
  return text.replaceAll(/[[\]:]/g, (one) => `\\${one}`)
}

function action(offered: Offered): string {
  if (offered === 'nothing') return ' '
  if (offered === 'file') return '_files'
  return offered === 'directory' ? '_files -/' : `(${offered.join(' ')})`
}
