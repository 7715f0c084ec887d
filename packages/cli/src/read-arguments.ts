import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { nearMisses } from '@fairlead/base'
import type { CommandDeclaration, FlagDeclaration } from './declarations/declaration.ts'
import { declarationOf, declarations } from './declarations/declarations.ts'
import { everyCommandsFlags } from './declarations/shared-flags.ts'
import { UsageError } from './usage-error.ts'

/** A command line, taken apart as the declarations have it. */
export interface ReadArguments {
  /** Undefined: none was named. */
  readonly command: CommandDeclaration | undefined
  /** What follows its name, without flags. */
  readonly words: readonly string[]
  /** The values of a flag in their order; of a switch, an empty text each time. */
  readonly values: ReadonlyMap<string, readonly string[]>
}

/** The flags that a command takes, the inert ones last. */
export function flagsOf(command: CommandDeclaration): readonly FlagDeclaration[] {
  return [...command.flags, ...everyCommandsFlags, ...(command.alsoTakes ?? [])]
}

/**
 * Takes a command line apart. Flags may stand before the command. Throws UsageError for a command or
 * flag that there is not, a flag of another command, and a flag that lacks its value or has one too many.
 */
export function readArguments(args: readonly string[]): ReadArguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: everyOption(),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const [name, ...words] = tokens.flatMap((token) =>
    token.kind === 'positional' ? [token.value] : [],
  )
  const command = name === undefined ? undefined : commandNamed(name)
  const values = new Map<string, readonly string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const flag = flagNamed(token.name, token.rawName, command)
    checkValue(flag, token, command)
    values.set(flag.name, [...(values.get(flag.name) ?? []), token.value ?? ''])
  }
  const isAsked = values.has('help')
  if (!isAsked && words.length > 0 && command?.takesWords !== true) {
    throw new UsageError(`unexpected argument "${words[0]}"; see ${helpOf(command)}`)
  }
  return { command, words, values }
}

/** What a user is pointed to. */
function helpOf(command: CommandDeclaration | undefined): string {
  return command === undefined ? 'fairlead --help' : `fairlead ${command.name} --help`
}

/** A name means the same, with a value or without, in every command: only so can they be told from words. */
function everyOption(): ParseArgsOptionsConfig {
  const flags = [...declarations.flatMap(flagsOf), ...everyCommandsFlags]
  return Object.fromEntries(
    flags.map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? 'boolean' : 'string',
        ...(short === undefined ? {} : { short }),
      } as const,
    ]),
  )
}

/** @throws UsageError */
export function commandNamed(name: string): CommandDeclaration {
  const command = declarationOf(name)
  if (command !== undefined) return command
  const meant = nearMisses(
    name,
    declarations.map((each) => each.name),
  )
  throw new UsageError(`unknown command "${name}"${hint(meant, undefined)}`)
}

function flagNamed(
  name: string,
  written: string,
  command: CommandDeclaration | undefined,
): FlagDeclaration {
  const own = command === undefined ? everyCommandsFlags : flagsOf(command)
  const flag = own.find((each) => each.name === name)
  if (flag !== undefined) return flag
  const others = declarations.filter(({ flags }) => flags.some((each) => each.name === name))
  const problem = `Unknown option '${written}'`
  const of = others.map((each) => each.name).join(', ')
  if (command !== undefined && others.length > 0) {
    throw new UsageError(
      `${problem} of fairlead ${command.name}: it is one of ${of}; see ${helpOf(command)}`,
    )
  }
  if (others.length > 0) {
    throw new UsageError(`${problem} without a command: it is one of ${of}; see ${helpOf(command)}`)
  }
  const meant = nearMisses(name, new Set(own.map((each) => each.name))).map((each) => `--${each}`)
  throw new UsageError(`${problem}${hint(meant, command)}`)
}

function hint(meant: readonly string[], command: CommandDeclaration | undefined): string {
  const help = helpOf(command)
  return meant.length === 0 ? `; see ${help}` : `: did you mean ${listed(meant)}? See ${help}`
}

interface GivenFlag {
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function checkValue(
  flag: FlagDeclaration,
  { rawName, value, inlineValue }: GivenFlag,
  command: CommandDeclaration | undefined,
): void {
  if (flag.value === undefined) {
    if (value === undefined) return
    throw new UsageError(`'${rawName}' takes no value; see ${helpOf(command)}`)
  }
  if (value === undefined) {
    throw new UsageError(`'${rawName}' needs a value, ${flag.value}; see ${helpOf(command)}`)
  }
  // What looks like a flag is one that was meant, more often than a value.
  if (inlineValue !== true && value.length > 1 && value.startsWith('-')) {
    throw new UsageError(
      `'${rawName}' needs a value, ${flag.value}, and '${value}' looks like a flag; a value that begins with a dash is given as --${flag.name}=${value}`,
    )
  }
  const { choices } = flag
  if (choices === undefined || value === '' || choices.includes(value)) return
  throw choiceError(flag, value)
}

/** That a value is none of those that a flag takes. */
export function choiceError({ name, choices = [] }: FlagDeclaration, value: string): UsageError {
  return new UsageError(`--${name} is "${value}": expected ${listed(choices)}`)
}

/** As in `a, b or c`. */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}
