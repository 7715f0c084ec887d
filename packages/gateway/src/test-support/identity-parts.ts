import { lookup } from 'node:dns/promises'
import { systemClock } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import {
  noIdentityEnvironment,
  type IdentityEnvironment,
} from '../identity/identity-environment.ts'
import type { IdentityParts } from '../identity/identity-parts.ts'
import { networkIdentityClient } from '../identity/network-identity-client.ts'
import { UpstreamPools } from '../upstream/upstream-pools.ts'

/** Sources of tokens over real sockets, at a time that stands still. */
export function identityParts(
  options: {
    readonly environment?: {
      readonly [Cloud in keyof IdentityEnvironment]?: Partial<IdentityEnvironment[Cloud]>
    }
    readonly files?: Readonly<Record<string, string>>
    readonly allowPrivate?: boolean
  } = {},
): IdentityParts & { readonly clock: FakeClock } {
  const { environment = {}, files = {}, allowPrivate = true } = options
  const pools = new UpstreamPools((host) => lookup(host, { all: true }), systemClock)
  return {
    clock: new FakeClock(),
    client: networkIdentityClient(pools, { allowPrivate, proxy: undefined }),
    environment: {
      aws: { ...noIdentityEnvironment.aws, ...environment.aws },
      azure: { ...noIdentityEnvironment.azure, ...environment.azure },
      google: { ...noIdentityEnvironment.google, ...environment.google },
    },
    readFile: (path) => {
      const text = files[path]
      const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return text === undefined ? Promise.reject(missing) : Promise.resolve(text)
    },
  }
}
