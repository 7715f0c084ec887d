import type { ApiServerOptions } from '@fairlead/apiserver'
import { UsageError } from '../usage-error.ts'
import { accessSettings } from './access-settings.ts'
import { parseGoFlags } from './go-flags.ts'
import { kubeApiServerFlags } from './kube-apiserver-flags.ts'
import { clientAuthorities, servingPair } from './serving-settings.ts'

type BorrowedSettings = Partial<
  Pick<
    ApiServerOptions,
    'serving' | 'clientAuthorities' | 'authorization' | 'anonymous' | 'serviceAccounts'
  >
>

/** What `fairlead apiserver` says with flags of its own. */
const ownInstead: Readonly<Record<string, string>> = {
  'bind-address': '--host',
  'etcd-prefix': '--data-dir',
  'etcd-servers': '--data-dir or --in-memory',
  'secure-port': '--port',
  version: 'fairlead --help',
}

/**
 * Takes those arguments apart that are flags of kube-apiserver and not of `fairlead apiserver`,
 * each with its value.
 */
export function separateBorrowedFlags(
  args: readonly string[],
  isOwn: (flag: string) => boolean,
): { readonly own: readonly string[]; readonly borrowed: readonly string[] } {
  const own: string[] = []
  const borrowed: string[] = []
  const rest = [...args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, name = '', value] = /^--([a-z0-9-]+)(=.*)?$/s.exec(word) ?? []
    const isBorrowed = !isOwn(name) && Object.hasOwn(kubeApiServerFlags, name)
    ;(isBorrowed ? borrowed : own).push(word)
    if (!isBorrowed || value !== undefined || kubeApiServerFlags[name]?.type === 'boolean') continue
    borrowed.push(...rest.splice(0, 1))
  }
  return { own, borrowed }
}

/**
 * What flags of kube-apiserver ask of `fairlead apiserver`, and why others change nothing.
 * @throws UsageError for what is not served here, or is said with another flag
 */
export function borrowedSettings(words: readonly string[]): {
  readonly settings: BorrowedSettings
  readonly needless: readonly string[]
} {
  for (const word of words) {
    const flag = /^--([a-z0-9-]+)/.exec(word)?.[1] ?? ''
    const instead = Object.hasOwn(ownInstead, flag) ? ownInstead[flag] : undefined
    if (instead !== undefined) throw new UsageError(`--${flag}: give ${instead} instead`)
  }
  const flags = parseGoFlags(kubeApiServerFlags, words)
  const { authorization, anonymous, serviceAccounts } = accessSettings(flags)
  const serving = servingPair(flags)
  const authorities = clientAuthorities(flags)
  const saysMode = flags.list('authorization-mode').length > 0
  const saysAnonymous = flags.boolean('anonymous-auth') !== undefined
  return {
    settings: {
      ...(saysMode ? { authorization, anonymous } : {}),
      ...(saysAnonymous ? { anonymous: flags.boolean('anonymous-auth') ?? true } : {}),
      serviceAccounts,
      ...(serving === undefined ? {} : { serving }),
      ...(authorities === undefined ? {} : { clientAuthorities: authorities }),
    },
    needless: flags.needless,
  }
}
