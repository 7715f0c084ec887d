import type { IncomingHttpHeaders } from 'node:http'
import { gatewayError } from '../gateway-error.ts'
import type { Caller } from '../runtime/caller.ts'
import type { Runtime } from '../runtime/runtime.ts'

/**
 * Who calls. The key is taken as the official SDKs send it. A wrong key is refused also where none
 * is needed, so that a mistake shows; only with `Disabled` keys are not looked at.
 */
export function authenticate(
  headers: IncomingHttpHeaders,
  runtime: Runtime,
  nowMs: number,
): Caller {
  const mode = runtime.snapshot.gateway.auth
  if (mode === 'Disabled') return runtime.anonymous
  const key = presentedKey(headers)
  if (key === undefined) {
    if (mode === 'Optional') return runtime.anonymous
    throw gatewayError.missingApiKey()
  }
  const known = runtime.keys.find(key)
  if (known === undefined) throw gatewayError.invalidApiKey()
  if (known.expiresAtMs !== undefined && known.expiresAtMs <= nowMs) {
    throw gatewayError.expiredApiKey()
  }
  return known.caller
}

function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const { authorization } = headers
  if (authorization !== undefined && /^bearer\s/i.test(authorization)) {
    const key = authorization.slice(7).trim()
    if (key !== '') return key
  }
  for (const name of ['x-api-key', 'x-goog-api-key']) {
    const value = headers[name]
    if (typeof value === 'string' && value.trim() !== '') return value.trim()
  }
  return undefined
}
