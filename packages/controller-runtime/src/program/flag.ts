/** What a flag is, and what it is without being given. */
export type Flag = { readonly description: string } & (
  | { readonly type: 'string'; readonly default: string; readonly choices?: readonly string[] }
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'integer'; readonly default: number }
)

/** By their names, without dashes. */
export type Flags = Readonly<Record<string, Flag>>

/** The values of flags, given or by default. */
export type FlagValues<F extends Flags> = {
  readonly [Name in keyof F]: F[Name]['type'] extends 'boolean'
    ? boolean
    : F[Name]['type'] extends 'integer'
      ? number
      : string
}

/** Arguments that a program cannot be started with; the message says which, and why. */
export class FlagError extends Error {
  override readonly name = 'FlagError'
}
