import type { ParseArgsOptionsConfig } from 'node:util'

const daysAndGroups = {
  from: { type: 'string' },
  to: { type: 'string' },
  by: { type: 'string' },
  group: { type: 'string' },
  namespace: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

const keys = {
  namespace: { type: 'string' },
  name: { type: 'string' },
  expires: { type: 'string' },
  hashed: { type: 'boolean' },
  secret: { type: 'string' },
  overlap: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

const server = {
  port: { type: 'string' },
  'in-memory': { type: 'boolean' },
  stages: { type: 'boolean' },
  'watch-history': { type: 'string' },
  authorization: { type: 'string' },
  'token-auth-file': { type: 'string' },
  'enable-admission-plugins': { type: 'string' },
  'disable-admission-plugins': { type: 'string' },
  'feature-gates': { type: 'string' },
  'runtime-config': { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

/** The flags of one command alone; the others are in `options.ts`, and those of all commands. */
export const commandFlags = { usage: daysAndGroups, key: keys, apiserver: server } as const

/** What one command alone was given. */
export interface OwnArguments {
  /** Flags of kube-apiserver and their values, which `apiserver` alone takes. */
  readonly borrowed?: readonly string[]
  /** Behind the name of the command. */
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
}

/** Whether a flag belongs to some other command than this one. */
export function isFlagOfOther(flag: string, command: string | undefined): boolean {
  const all = Object.entries(commandFlags)
  if (all.some(([name, flags]) => name === command && flag in flags)) return false
  return all.some(([, flags]) => flag in flags)
}

/** The text of a flag; undefined where it was not given, or is empty. */
export function textFlag({ flags }: OwnArguments, flag: string): string | undefined {
  const value = flags[flag]
  return typeof value === 'string' && value !== '' ? value : undefined
}
