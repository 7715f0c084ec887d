import type { Clock } from '@fairlead/base'
import { CachedTokenSource } from '../identity/cached-token-source.ts'
import type { TokenSource } from '../identity/token-source.ts'
import type { RequestAuthorizer } from './request-authorizer.ts'

/**
 * Proves who asks by a Bearer token. `sourceOf` says where the token for a credential comes from, and
 * without one that of the gateway's own identity; it is asked once for each.
 */
export function tokenAuthorizer(
  sourceOf: (credential: string | undefined) => TokenSource,
  clock: Clock,
): RequestAuthorizer {
  const sources = new Map<string | undefined, CachedTokenSource<string>>()
  return {
    async prove(_request, credential, signal) {
      // As many as the provider has credentials: with others it gets another authorizer.
      const known = sources.get(credential)
      const source = known ?? new CachedTokenSource(sourceOf(credential), clock)
      if (known === undefined) sources.set(credential, source)
      const { value } = await source.token(signal)
      return {
        headers: ['authorization', `Bearer ${value}`],
        secret: value,
        refused: () => source.discard(value),
      }
    },
  }
}
