import { bearerToken } from '../access/authenticate.ts'
import type { Call } from '../call/call.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'

/** A call, or a question about one. */
type Asked = Pick<Call, 'http' | 'record' | 'route' | 'runtime'>

/** The key that a caller sends for a provider. */
export interface CallerCredential {
  /** As it came. */
  readonly name: string
  readonly value: string
}

/**
 * The caller's key for a target whose provider is asked with it; undefined for one that has its own.
 * Of several such providers only the first in the rule's list gets it, whatever order they are tried
 * in, and a mirror only if it is that one: a key of one vendor must not reach another. Nothing is passed on unless the gateway's key came in its own header, and never a key of
 * the gateway. Throws UpstreamFailure: `InvalidRequest` for a call without a key, `Unsupported` for a
 * target that must not get it.
 */
export function callerCredential(target: CallTarget, call: Asked): CallerCredential | undefined {
  if (!usesCallersKey(target)) return undefined
  const { key, type } = target.provider
  if ((keyOwner(call) ?? key) !== key) throw notForThis(target, call)
  const names = type.callerKeyHeaders ?? ['authorization']
  const { headers } = call.http.request
  const name = names.find((candidate) => (headers.get(candidate)?.trim() ?? '') !== '')
  const value = name === undefined ? undefined : headers.get(name)
  const isSeparate = (headers.get('x-fairlead-key')?.trim() ?? '') !== ''
  if (name === undefined || value === undefined || !isSeparate || isGatewayKey(value, call)) {
    const error = gatewayError.providerKeyMissing(key, names)
    throw new UpstreamFailure('InvalidRequest', error, error.message)
  }
  return { name, value }
}

/** What must not be repeated of it. */
export function secretOf({ value }: CallerCredential): string {
  return bearerToken(value) ?? value
}

/** Whether the provider is asked with the key that the caller sends for it. */
export function usesCallersKey({ provider }: CallTarget): boolean {
  return provider.settings.authentication.source === 'Caller'
}

/** The first provider of the rule that is asked with callers' keys; undefined if none is. */
function keyOwner({ route, runtime }: Asked): string | undefined {
  const ofRule = route.route?.targets.map(({ provider }) => provider)
  const ofRoute = ofRule ?? route.targets.map(({ provider }) => provider.key)
  return ofRoute.find(
    (key) => runtime.providers.get(key)?.settings.authentication.source === 'Caller',
  )
}

function isGatewayKey(value: string, { runtime }: Asked): boolean {
  const { keys, tokens } = runtime.access
  const token = bearerToken(value) ?? value.trim()
  return (
    keys.find(value.trim()) !== undefined ||
    keys.find(token) !== undefined ||
    tokens?.isOurs(token) === true
  )
}

function notForThis({ name, provider, model }: CallTarget, { record }: Asked): UpstreamFailure {
  const error = gatewayError.providerKeyForAnother(provider.key)
  record.passedOver.push({ target: name, provider: provider.key, model, reason: error.message })
  return new UpstreamFailure('Unsupported', error, error.message)
}
