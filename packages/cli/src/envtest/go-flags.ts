import { goBoolean } from '../go-boolean.ts'
import { UsageError } from '../usage-error.ts'

/** What becomes of a flag. */
export interface FlagDefinition {
  /** `list` may be repeated, and each value has commas. A `boolean` needs no value. */
  readonly type: 'text' | 'list' | 'boolean'
  /**
   * `obeyed`, `needless` (accepted: what it asks for is so, or has nothing to act on here) or
   * `refused` (what it asks for is not done here).
   */
  readonly treatment: 'obeyed' | 'needless' | 'refused'
  /** What it means; for a flag that is not obeyed, why not. */
  readonly text: string
}

/** All flags of a program, by name. */
export type FlagTable = Readonly<Record<string, FlagDefinition>>

/** What was given. A text that was given twice has its last value. */
export interface GivenFlags {
  text(name: string): string | undefined
  list(name: string): readonly string[]
  /** Undefined when it was not given. */
  boolean(name: string): boolean | undefined
  /** Why flags that were given change nothing, one sentence each. */
  readonly needless: readonly string[]
}

/**
 * Reads flags as Go programs of Kubernetes do: `--name=value`, `--name value`, `--boolean`.
 * @throws UsageError for an unknown or refused flag, a value that is missing or wrong, or a word
 * that is no flag
 */
export function parseGoFlags(table: FlagTable, args: readonly string[]): GivenFlags {
  const given = new Map<string, string[]>()
  const needless = new Set<string>()
  const rest = [...args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name, ownValue] = /^--?([a-z0-9][a-z0-9-]*)(?:=([\s\S]*))?$/i.exec(word) ?? []
    if (name === undefined) throw new UsageError(`unknown argument "${word}"`)
    const definition = Object.hasOwn(table, name) ? table[name] : undefined
    if (definition === undefined) throw new UsageError(`unknown flag: --${name}`)
    const value = ownValue ?? (definition.type === 'boolean' ? 'true' : rest.shift())
    if (value === undefined) throw new UsageError(`flag needs an argument: --${name}`)
    if (definition.treatment === 'refused') throw new UsageError(`--${name}: ${definition.text}`)
    if (definition.type === 'boolean' && goBoolean(value) === undefined) {
      throw new UsageError(
        `invalid argument "${value}" for "--${name}" flag: expected true or false`,
      )
    }
    if (definition.treatment === 'needless') needless.add(`--${name}: ${definition.text}`)
    const values = given.get(name) ?? []
    given.set(name, values.concat(definition.type === 'list' ? value.split(',') : value))
  }
  const last = (name: string) => given.get(name)?.at(-1)
  return {
    text: last,
    list: (name) => given.get(name) ?? [],
    boolean(name) {
      const value = last(name)
      return value === undefined ? undefined : goBoolean(value)
    },
    needless: [...needless],
  }
}

/** What `--help` prints: the flags that are accepted, one a line, as programs that look for one expect. */
export function goFlagsHelp(program: string, about: string, table: FlagTable): string {
  const flags = Object.entries(table).filter(([, { treatment }]) => treatment !== 'refused')
  const width = Math.max(...flags.map(([name]) => name.length))
  const lines = flags.map(([name, { treatment, text }]) => {
    const words = treatment === 'needless' ? `accepted: ${text}` : text
    return `      --${name.padEnd(width)}   ${words}\n`
  })
  return `${about}\n\nUsage:\n  ${program} [flags]\n\nFlags:\n${lines.join('')}`
}
