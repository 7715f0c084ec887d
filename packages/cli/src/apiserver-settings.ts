import type { ApiServerOptions } from '@fairlead/apiserver'
import { type OwnArguments, textFlag } from './own-arguments.ts'
import { featureGatesFlag, runtimeConfigFlag } from './feature-flags.ts'
import { fileContent } from './file-content.ts'
import { parseTokenFile } from './token-auth-file.ts'
import { UsageError } from './usage-error.ts'

/** What the flags of `fairlead apiserver` say of the server itself. @throws UsageError */
export function serverSettings(
  own: OwnArguments,
): Pick<
  ApiServerOptions,
  'watchHistory' | 'authorization' | 'staticTokens' | 'admission' | 'featureGates' | 'runtimeConfig'
> {
  const changes = numberOfChanges(textFlag(own, 'watch-history'))
  const authorization = textFlag(own, 'authorization') as ApiServerOptions['authorization']
  const tokens = textFlag(own, 'token-auth-file')
  const flag = 'token-auth-file'
  return {
    ...(changes === undefined ? {} : { watchHistory: { changes } }),
    ...(authorization === undefined ? {} : { authorization }),
    ...(tokens === undefined
      ? {}
      : { staticTokens: parseTokenFile(flag, fileContent(flag, tokens)) }),
    admission: {
      enable: namesOf(textFlag(own, 'enable-admission-plugins')),
      disable: namesOf(textFlag(own, 'disable-admission-plugins')),
    },
    featureGates: featureGatesFlag(namesOf(textFlag(own, 'feature-gates'))),
    runtimeConfig: runtimeConfigFlag(namesOf(textFlag(own, 'runtime-config'))),
  }
}

function numberOfChanges(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text)
  throw new UsageError(`--watch-history is "${text}": expected a number from 1 to 9999999`)
}

function namesOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(',').map((name) => name.trim())
}
