import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { TokenIssuerSettings, TokenKeySource } from '@fairlead/snapshot'
import type { IdentityAnswer, IdentityClient } from '../../identity/identity-client.ts'
import type { FetchKeys } from './issuer-keys.ts'
import { KeySetError, readKeySet } from './key-set.ts'

/** Of a key set, and of the document that says where it is. */
export const keysBytesMax = 1024 * 1024

/**
 * How the keys of an issuer are fetched. Rejects with an Error whose message says what is wrong,
 * without what was received.
 */
export function fetchKeysOf(
  { issuer }: TokenIssuerSettings,
  keys: Exclude<TokenKeySource, { readonly from: 'Secret' }>,
  client: IdentityClient,
): FetchKeys {
  return async (signal) => {
    const url =
      keys.from === 'URL' ? new URL(keys.url) : await discoveredURL(issuer, client, signal)
    const { cacheControl, text } = await get(url, client, signal)
    try {
      return { keys: readKeySet(text, 'PublicOnly'), maxAgeMs: maxAgeOf(cacheControl) }
    } catch (error) {
      if (!(error instanceof KeySetError)) throw error
      throw new Error(`the key set at ${url.origin}${url.pathname} is unusable: ${error.message}`, {
        cause: error,
      })
    }
  }
}

/** OpenID Connect Discovery 1.0, section 4; the issuer in the document must be the configured one. */
async function discoveredURL(
  issuer: string,
  client: IdentityClient,
  signal: AbortSignal,
): Promise<URL> {
  const url = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  const { text } = await get(url, client, signal)
  const document = parseJsonOrUndefined(text)
  const where = `the document at ${url.origin}${url.pathname}`
  if (!isJsonObject(document)) throw new Error(`${where} is not a JSON object`)
  if (document['issuer'] !== issuer) throw new Error(`${where} is of another issuer than ${issuer}`)
  const address = document['jwks_uri']
  if (typeof address !== 'string' || !URL.canParse(address)) {
    throw new Error(`${where} has no usable jwks_uri`)
  }
  const found = new URL(address)
  if (found.protocol === 'https:' || found.protocol === url.protocol) return found
  throw new Error(`${where} names an unsafe jwks_uri, which is not https`)
}

async function get(url: URL, client: IdentityClient, signal: AbortSignal): Promise<IdentityAnswer> {
  const headers = ['accept', 'application/json']
  const answer = await client.send({ method: 'GET', url, headers, reach: 'Network' }, signal)
  if (answer.status === 200) return answer
  throw new Error(`${url.origin}${url.pathname} answered with status ${answer.status}`)
}

function maxAgeOf(cacheControl: string | undefined): number | undefined {
  if (cacheControl === undefined) return undefined
  const [, seconds] = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(cacheControl) ?? []
  return seconds === undefined ? undefined : Number(seconds) * 1000
}
