import type { HeaderFields } from '@fairlead/http1'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Caller } from './caller.ts'
import type { KeyIndex } from './key-index.ts'

/** Who may call the gateway. */
export interface Access {
  readonly mode: 'Required' | 'Optional' | 'Disabled'
  readonly keys: KeyIndex
  /** The caller of requests without a key; undefined where they are refused. */
  readonly anonymous: Caller | undefined
}

/**
 * Identifies the caller. The key is read from `x-fairlead-key`, which is the gateway's alone, otherwise
 * from wherever the official SDKs send it. A wrong key is
 * rejected even where none is required, so that mistakes surface; only `Disabled` ignores keys.
 * `keyInQuery` is one that came with the address, as some official SDKs send it; `nowMs` is wall time.
 * Throws `missing_api_key`, `invalid_api_key` or `api_key_expired`.
 */
export function authenticate(
  headers: HeaderFields,
  access: Access,
  nowMs: number,
  keyInQuery?: string,
): Caller {
  const { anonymous, mode } = access
  if (mode === 'Disabled' && anonymous !== undefined) return anonymous
  const key = keyOf(headers) ?? (keyInQuery === '' ? undefined : keyInQuery)
  if (key === undefined) {
    if (anonymous !== undefined) return anonymous
    throw mode === 'Optional' ? gatewayError.anonymousRefused() : gatewayError.missingApiKey()
  }
  const known = access.keys.find(key)
  if (known === undefined) throw gatewayError.invalidApiKey()
  if (known.expiresAtMs !== undefined && known.expiresAtMs <= nowMs) {
    throw gatewayError.expiredApiKey()
  }
  return known.caller
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
