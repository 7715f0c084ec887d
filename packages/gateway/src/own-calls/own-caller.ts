import { type Caller, knownCaller, withoutToken } from '../access/caller.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** The tenant of what the gateway uses for nobody in particular. No caller has it. */
const gatewayTenant = 'fairlead:gateway'

/**
 * Whose usage an own call is, as routing and policies see it. It may name any model: what names it is
 * a resource, whose owner may.
 */
export function ownCaller(caller: Caller | undefined, { snapshot }: Runtime): Caller {
  return { ...(caller ?? gatewayItself(snapshot.gateway.namespace)), mayUseModel: () => true }
}

function gatewayItself(namespace: string): Caller {
  const name = 'gateway'
  return knownCaller(namespace, { name, tenant: gatewayTenant }, withoutToken('Anonymous'), [])
}
