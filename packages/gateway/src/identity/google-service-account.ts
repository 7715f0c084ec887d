import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { cloudPlatformScope } from './google-scope.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentityParts } from './identity-parts.ts'
import { askForToken, tokenRequest } from './oauth-token.ts'
import type { Token, TokenSource } from './token-source.ts'

const defaultTokenURL = 'https://oauth2.googleapis.com/token'
/** The most that Google accepts. */
const lifeSeconds = 3600

/**
 * Tokens of a service account, for its key as Google gives it: a JSON text.
 * https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
export function googleServiceAccount(
  keyText: string,
  parts: Pick<IdentityParts, 'client' | 'clock'>,
): TokenSource {
  let key: ServiceAccountKey | undefined
  return {
    async token(signal: AbortSignal): Promise<Token> {
      key ??= readKey(keyText)
      const assertion = assertionOf(key, parts.clock.now())
      const request = tokenRequest(key.tokenURL, {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion,
      })
      return askForToken(parts, request, "Google's token endpoint", signal)
    },
  }
}

interface ServiceAccountKey {
  readonly email: string
  readonly keyID: string
  readonly privateKey: KeyObject
  readonly tokenURL: URL
}

function readKey(text: string): ServiceAccountKey {
  const fields = parseJsonOrUndefined(text)
  if (!isJsonObject(fields)) throw unusable('is not JSON')
  if (fields['type'] !== 'service_account') throw unusable('has another type than service_account')
  const { client_email: email, private_key: pem, private_key_id: keyID } = fields
  if (typeof email !== 'string' || typeof pem !== 'string') {
    throw unusable('lacks client_email or private_key')
  }
  const { token_uri: uri = defaultTokenURL } = fields
  const tokenURL = typeof uri === 'string' ? URL.parse(uri) : null
  if (tokenURL === null) throw unusable('has a token_uri that is not a URL')
  return {
    email,
    keyID: typeof keyID === 'string' ? keyID : '',
    privateKey: readPrivateKey(pem),
    tokenURL,
  }
}

function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    // The error of the library may quote what it could not read.
    throw unusable('has a private_key that is not PEM')
  }
}

function assertionOf({ email, keyID, privateKey, tokenURL }: ServiceAccountKey, nowMs: number) {
  const issuedAt = Math.floor(nowMs / 1000)
  const header = { alg: 'RS256', typ: 'JWT', ...(keyID === '' ? {} : { kid: keyID }) }
  const claims = {
    iss: email,
    scope: cloudPlatformScope,
    aud: tokenURL.href,
    iat: issuedAt,
    exp: issuedAt + lifeSeconds,
  }
  const signed = `${encoded(header)}.${encoded(claims)}`
  const signature = sign('RSA-SHA256', Buffer.from(signed), privateKey)
  return `${signed}.${signature.toString('base64url')}`
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function unusable(detail: string): IdentityError {
  return new IdentityError(
    'CredentialRefused',
    `the key of the service account ${detail}; give the JSON file that Google made, unchanged`,
  )
}
