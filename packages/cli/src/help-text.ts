import type { CommandDeclaration, FlagDeclaration } from './declarations/declaration.ts'
import { declarations } from './declarations/declarations.ts'
import { everyCommandsFlags, servingFlags } from './declarations/shared-flags.ts'

/** Where the descriptions of flags begin. */
const flagColumn = 24
/** Where the summaries of commands begin. */
const commandColumn = 17

const closing =
  'Each is also a variable: --data-dir is FAIRLEAD_DATA_DIR. fairlead COMMAND --help has the flags of a command, and examples.'

/** What `fairlead --help` prints: all commands, and the flags of those that serve. */
export function generalHelp(width: number): string {
  return [
    'Fairlead: a Kubernetes-native LLM gateway\n',
    'Usage: fairlead <command> [flags]\n',
    'Commands',
    ...declarations.map(({ name, summary }) => entry(name, summary, commandColumn, width)),
    '',
    'Flags of up, operator, gateway and apiserver',
    ...[...servingFlags, ...everyCommandsFlags].map((flag) => flagEntry(flag, width)),
    '',
    ...paragraph(closing, width),
  ].join('\n')
}

/** What `fairlead COMMAND --help` prints. */
export function helpOf(command: CommandDeclaration, width: number): string {
  const { about, examples = [], flags, name, notes, summary, usage } = command
  return [
    ...paragraph(`fairlead ${name}: ${summary}`, width),
    ...paragraph(about, width),
    'Usage',
    ...usage.map((line) => `  fairlead ${line}`),
    '',
    'Flags',
    ...[...flags, ...everyCommandsFlags].map((flag) => flagEntry(flag, width)),
    '',
    ...paragraph(notes, width),
    ...(examples.length === 0 ? [] : ['Examples']),
    ...examples.map(({ does, line }) => `  # ${does}\n  ${line}\n`),
  ].join('\n')
}

/** How a flag is written, such as `-o, --output FORMAT`. */
export function flagTerm({ name, short, value }: FlagDeclaration): string {
  const term = value === undefined ? `--${name}` : `--${name} ${value}`
  return short === undefined ? term : `-${short}, ${term}`
}

/** The description of a flag with its choices. */
export function flagMeaning({ choices, description }: FlagDeclaration): string {
  return choices === undefined ? description : `${description}: ${choices.join(', ')}`
}

function paragraph(text: string | undefined, width: number): readonly string[] {
  return text === undefined ? [] : [`${wrapped(text, width).join('\n')}\n`]
}

function flagEntry(flag: FlagDeclaration, width: number): string {
  const shown = flag.default === undefined ? '' : ` (default ${flag.default})`
  return entry(flagTerm(flag), `${flagMeaning(flag)}${shown}`, flagColumn, width)
}

/** A term, and what it means beside it, or below it where the term is long. */
function entry(term: string, meaning: string, column: number, width: number): string {
  const indent = ' '.repeat(column)
  const text = wrapped(meaning, width - column).join(`\n${indent}`)
  const head = `  ${term}`
  return head.length < column - 1 ? `${head.padEnd(column)}${text}` : `${head}\n${indent}${text}`
}

/** Lines of at most so many characters, unless a word is longer. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`
    } else {
      lines.push(word)
    }
  }
  return lines
}
