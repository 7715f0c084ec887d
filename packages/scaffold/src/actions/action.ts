/** Where an action works, and how it tells. */
export interface ActionContext {
  /** The working directory. */
  readonly folder: string
  /** For the user. */
  readonly print: (text: string) => void
}

/** The values of the flags of an action. */
export type ActionFlags = Readonly<Record<string, string | boolean | undefined>>

/** What a command line asks for. */
interface ActionRequest {
  /** Behind the name of the action. */
  readonly words: readonly string[]
  readonly flags: ActionFlags
}

/** One thing that can be done to a project; resolves to the exit code. */
export interface Action {
  readonly flags: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>
  run(context: ActionContext, request: ActionRequest): number | Promise<number>
}

/** The text of a flag; undefined where it was not given, or is empty. */
export function textOf(flags: ActionFlags, name: string): string | undefined {
  const value = flags[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
