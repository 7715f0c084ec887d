/** What a command was given, word by word. */
export interface OwnArguments {
  /** Flags of kube-apiserver and their values, which `apiserver` alone takes. */
  readonly borrowed?: readonly string[]
  /** Behind the name of the command. */
  readonly words: readonly string[]
  /** Flags that were given, and that do nothing in this command: see `CommandDeclaration.alsoTakes`. */
  readonly needless?: readonly string[]
  /** Those that were given: a switch is true. */
  readonly flags: Readonly<Record<string, string | true | undefined>>
}

/** The text of a flag; undefined where it was not given, or is empty. */
export function textFlag({ flags }: OwnArguments, flag: string): string | undefined {
  const value = flags[flag]
  return typeof value === 'string' && value !== '' ? value : undefined
}
