import { ConnectionLost, MessageError, TunnelError } from '@fairlead/http1'
import { ModelError } from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import { IdentityError } from '../identity/identity-error.ts'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import { EgressDenied } from '../upstream/egress-connector.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'

/**
 * Turns whatever an attempt threw into a failure that says how to proceed. `isOpen`: whether the head
 * of the response had come, with this status.
 */
export function asFailure(
  error: unknown,
  isOpen: boolean,
  status: number | undefined,
  { key, settings }: ProviderRuntime,
): UpstreamFailure {
  if (error instanceof UpstreamFailure) return error
  if (error instanceof IdentityError) {
    const failed = gatewayError.identityFailed(key, error.message, error)
    return new UpstreamFailure(error.failure, failed, failed.message)
  }
  if (error instanceof EgressDenied) {
    const denied = gatewayError.egressDenied(key, error.message)
    return new UpstreamFailure('Misconfigured', denied, denied.message)
  }
  if (error instanceof ModelError) {
    return new UpstreamFailure(error.failure ?? 'InvalidAnswer', error, error.message, { status })
  }
  if (isOpen) {
    const cut = gatewayError.upstreamCut(key, error)
    return new UpstreamFailure('Cut', cut, cut.message, { status })
  }
  if (error instanceof MessageError) {
    const invalid = gatewayError.upstreamInvalidResponse(key, 'not valid HTTP')
    return new UpstreamFailure('InvalidAnswer', invalid, invalid.message)
  }
  const reason = reasonOf(error, settings.proxyURL)
  const unreachable = gatewayError.upstreamUnreachable(key, reason, error)
  const wasStale = error instanceof ConnectionLost && error.wasStale
  return new UpstreamFailure('Connect', unreachable, unreachable.message, { wasStale })
}

function reasonOf(error: unknown, proxyURL: string | undefined): string {
  if (error instanceof TunnelError) return error.message
  const reason = codeOf(error) ?? (error instanceof Error ? error.message : 'unknown reason')
  return proxyURL === undefined ? reason : `${reason}, through the proxy ${proxyURL}`
}

/** A server that wants another certificate says so after the handshake, and closes the connection. */
function codeOf(error: unknown): string | undefined {
  const told = error instanceof ConnectionLost ? error.cause : error
  const code = told instanceof Error && 'code' in told ? told.code : undefined
  return typeof code === 'string' ? code : undefined
}
