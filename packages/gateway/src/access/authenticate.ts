import { hash } from 'node:crypto'
import type { HeaderFields, ServerRequest } from '@fairlead/http1'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Caller } from './caller.ts'
import type { CertificateCallers } from './certificate-callers.ts'
import type { KeyIndex } from './key-index.ts'
import type { TokenCallers } from './token-callers.ts'
import { looksLikeToken } from './tokens/read-token.ts'

/** Who may call the gateway. */
export interface Access {
  readonly mode: 'Required' | 'Optional' | 'Disabled'
  readonly keys: KeyIndex
  /** Whether a key proves who one is. */
  readonly acceptsKeys: boolean
  /** Undefined where tokens are no way to prove who one is. */
  readonly tokens: TokenCallers | undefined
  /** Undefined where certificates are no way to prove who one is. */
  readonly certificates: CertificateCallers | undefined
  /** The caller of requests without a key; undefined where they are refused. */
  readonly anonymous: Caller | undefined
}

/**
 * Identifies the caller. A key or token that is sent counts before the certificate of the connection. It
 * is read from `x-fairlead-key`, which is the gateway's
 * alone, otherwise from wherever the official SDKs send it. A wrong one is
 * rejected even where none is required, so that mistakes surface; only `Disabled` ignores them.
 * `keyInQuery` is one that came with the address, as some official SDKs send it; `nowMs` is wall time.
 * A promise only for a token that has to be verified. Throws or rejects with `missing_api_key`,
 * `invalid_api_key`, `api_key_expired`, `invalid_token`, `issuer_unavailable` or `unknown_consumer`.
 */
export function authenticate(
  request: Pick<ServerRequest, 'headers' | 'peerCertificate'>,
  access: Access,
  nowMs: number,
  keyInQuery?: string,
): Caller | Promise<Caller> {
  const { anonymous, mode } = access
  if (mode === 'Disabled' && anonymous !== undefined) return anonymous
  const key = keyOf(request.headers) ?? (keyInQuery === '' ? undefined : keyInQuery)
  if (key === undefined) {
    const certificate = access.certificates && request.peerCertificate
    if (certificate !== undefined && access.certificates !== undefined) {
      return access.certificates.find(certificate)
    }
    if (anonymous !== undefined) return anonymous
    throw mode === 'Optional' ? gatewayError.anonymousRefused() : gatewayError.missingApiKey()
  }
  return access.tokens !== undefined && looksLikeToken(key)
    ? tokenCaller(key, access.tokens, access, nowMs)
    : keyCaller(key, access, nowMs)
}

function keyCaller(key: string, { acceptsKeys, keys }: Access, nowMs: number): Caller {
  if (!acceptsKeys) throw gatewayError.invalidToken('it is not a signed JSON Web Token')
  const known = keys.find(key)
  if (known === undefined) throw gatewayError.invalidApiKey()
  return unexpired(known, nowMs)
}

/** Somebody may have an API key that looks like a token. */
function tokenCaller(
  token: string,
  tokens: TokenCallers,
  { acceptsKeys, keys }: Access,
  nowMs: number,
): Caller | Promise<Caller> {
  const digest = hash('sha256', token, 'hex')
  const known = acceptsKeys ? keys.findDigest(digest) : undefined
  return known === undefined ? tokens.find(token, digest, nowMs) : unexpired(known, nowMs)
}

function unexpired(
  { caller, expiresAtMs }: NonNullable<ReturnType<KeyIndex['find']>>,
  nowMs: number,
): Caller {
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) throw gatewayError.expiredApiKey()
  return caller
}

function keyOf(headers: HeaderFields): string | undefined {
  const own = headers.get('x-fairlead-key')?.trim()
  if (own !== undefined && own !== '') return own
  const token = bearerToken(headers.get('authorization') ?? '')
  if (token !== undefined) return token
  for (const name of ['x-api-key', 'x-goog-api-key']) {
    const value = headers.get(name)?.trim()
    if (value !== undefined && value !== '') return value
  }
  return undefined
}

/** The token of a Bearer `Authorization`; undefined for anything else, and for an empty one. */
export function bearerToken(authorization: string): string | undefined {
  if (!/^bearer\s/i.test(authorization)) return undefined
  const token = authorization.slice(7).trim()
  return token === '' ? undefined : token
}
