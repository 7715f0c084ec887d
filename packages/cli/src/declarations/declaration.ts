/** A flag of a command line, as help, completion, the parser and the documentation have it. */
export interface FlagDeclaration {
  /** Without the dashes. */
  readonly name: string
  /** A letter that stands for it. */
  readonly short?: string
  /** What stands for its value in help, such as `PORT`. A flag without one is a switch. */
  readonly value?: string
  /** One sentence without a capital and a full stop. */
  readonly description: string
  /** What holds without the flag, for people. */
  readonly default?: string
  /** Whether a `FAIRLEAD_…` variable says the same. Defaults to false. */
  readonly hasVariable?: boolean
  /** Whether it may be given several times. Defaults to false. */
  readonly isRepeatable?: boolean
  /** The only values that it takes. Defaults to any. */
  readonly choices?: readonly string[]
  /** What a shell completes its value with. Defaults to the choices, or nothing. */
  readonly completes?: 'file' | 'directory'
}

/** What there is to know of a command before it runs. */
export interface CommandDeclaration {
  readonly name: string
  /** One line of the list of commands. */
  readonly summary: string
  /** How it is called, each without `fairlead`. */
  readonly usage: readonly string[]
  /** What else is to be known before the flags: paragraphs. */
  readonly about?: string
  /** What else is to be known after the flags: paragraphs. */
  readonly notes?: string
  /** Whether words follow the name of the command. Defaults to false. */
  readonly takesWords?: boolean
  /** What a shell completes the first word with. Defaults to nothing. */
  readonly firstWords?: readonly string[] | 'file' | 'directory'
  readonly flags: readonly FlagDeclaration[]
  /**
   * Flags that do nothing here, and are taken so that one set of flags starts every part of Fairlead.
   * Defaults to none.
   */
  readonly alsoTakes?: readonly FlagDeclaration[]
  readonly examples?: readonly Example[]
}

interface Example {
  /** What it does, without a full stop. */
  readonly does: string
  /** A line for a shell. */
  readonly line: string
}

/** The variable for a flag: `data-dir` is `FAIRLEAD_DATA_DIR`. */
export function variableOf(flag: string): string {
  return `FAIRLEAD_${flag.replaceAll('-', '_').toUpperCase()}`
}
