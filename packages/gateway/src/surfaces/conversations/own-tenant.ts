import { isSharedTenant } from '../../assembly/turn-request.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { SurfaceRequest } from '../surface.ts'

/**
 * Throws for a caller without a key where others have one. Such callers are one tenant: what asks for
 * all of a tenant's conversations would show each of them what the others said.
 */
export function checkOwnTenant({ caller, runtime }: SurfaceRequest): void {
  if (isSharedTenant(caller, runtime)) throw gatewayError.anonymousTenant()
}
