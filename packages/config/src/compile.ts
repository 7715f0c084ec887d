import type { CompileResult, ResourceSet } from './compile-types.ts'
import { namespaceFilter } from './allowed-namespaces.ts'
import { freeze } from './freeze.ts'
import { frozenMap } from './frozen-map.ts'
import { judgeResources } from './judged-resources.ts'
import { planConditions } from './plan-conditions.ts'
import { attachmentsOf } from './policy-attachment.ts'
import { serveGateway } from './serve-gateway.ts'

export interface CompileOptions {
  /** Written to `RoutingPolicy.status.gateways[].controllerName`. */
  readonly controllerName?: string
}

export const defaultControllerName = 'fairlead.dev/gateway-controller'

/**
 * Decides what every gateway runs and which conditions every resource carries. Pure: the result
 * depends on the resources alone, not on their order, the time or any Secret, and is frozen. Never
 * throws for the content of a resource: what is wrong with it is said in its conditions.
 */
export function compile(resources: ResourceSet, options: CompileOptions = {}): CompileResult {
  const judged = judgeResources(resources)
  const gateways = [...judged.gateways.byKey.values()].flatMap(({ key, resource, settings }) =>
    settings ? [{ key, settings, allows: namespaceFilter(resource, resources.namespaces) }] : [],
  )
  const filters = new Map(gateways.map(({ key, allows }) => [key, allows]))
  const policies = [...judged.policies.byKey.values()]
  const attachments = new Map(
    policies.map(({ key, resource }) => [
      key,
      attachmentsOf(
        resource,
        judged.gateways,
        (gatewayKey, namespace) => filters.get(gatewayKey)?.(namespace) ?? false,
      ),
    ]),
  )
  const attachedTo = (gatewayKey: string) =>
    policies.filter((policy) =>
      attachments
        .get(policy.key)
        ?.some((attachment) => attachment.gatewayKey === gatewayKey && !attachment.refusal),
    )
  const served = gateways.map((gateway) =>
    serveGateway(gateway, gateway.allows, attachedTo(gateway.key), judged),
  )
  return freeze({
    snapshots: frozenMap(served.map(({ key, snapshot }) => [key, snapshot])),
    conditions: planConditions(
      judged,
      served,
      attachments,
      options.controllerName ?? defaultControllerName,
    ),
  })
}
