import { type Flag, FlagError, type Flags, type FlagValues } from './flag.ts'

/**
 * Reads arguments as Go's flag package spells them: `--name=value`, `--name value`, with one dash or
 * two, and `--name` alone for a boolean. Of a flag that is given twice, the last one counts. `help`
 * is true if `--help` or `-h` is among them.
 * @throws FlagError for anything else
 */
export function parseFlags<F extends Flags>(
  flags: F,
  args: readonly string[],
): { readonly values: FlagValues<F>; readonly help: boolean } {
  const values = new Map(Object.entries(flags).map(([name, flag]) => [name, flag.default]))
  let help = false
  const rest = [...args]
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const { name, text } = split(argument)
    const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
    if (flag !== undefined) values.set(name, valueOf(name, flag, text ?? nextFor(name, flag, rest)))
    else if (name === 'help' || name === 'h') help = true
    else throw new FlagError(`flag provided but not defined: ${argument.split('=')[0]}`)
  }
  return { values: Object.fromEntries(values) as FlagValues<F>, help }
}

function split(argument: string): { readonly name: string; readonly text: string | undefined } {
  const [, name, text] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument) ?? []
  if (name !== undefined) return { name, text }
  throw new FlagError(`unexpected argument "${argument}": everything is given by flags`)
}

/** A boolean takes no argument of its own: what follows it is the next flag. */
function nextFor(name: string, flag: Flag, rest: string[]): string {
  const next = flag.type === 'boolean' ? 'true' : rest.shift()
  if (next === undefined) throw new FlagError(`flag needs an argument: --${name}`)
  return next
}

function valueOf(name: string, flag: Flag, text: string): string | boolean | number {
  switch (flag.type) {
    case 'boolean':
      return booleanOf(text) ?? invalid(name, text, 'true or false')
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : invalid(name, text, 'a whole number')
    case 'string':
      return flag.choices?.includes(text) === false
        ? invalid(name, text, flag.choices.join(', '))
        : text
  }
}

/** As strconv.ParseBool. */
function booleanOf(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'True', 'TRUE'].includes(text)) return true
  return ['0', 'f', 'F', 'false', 'False', 'FALSE'].includes(text) ? false : undefined
}

function invalid(name: string, text: string, wanted: string): never {
  throw new FlagError(`invalid value "${text}" for flag --${name}: it must be ${wanted}`)
}
