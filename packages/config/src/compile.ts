import { ReferenceGrant } from '@fairlead/api'
import { Namespace } from '@fairlead/kube-core'
import type { Capabilities } from '@fairlead/snapshot'
import type { CompileResult } from './compile-result.ts'
import { gatewaysIn } from './gateways/gateways.ts'
import { serveGateway } from './gateways/serve-gateway.ts'
import { judgeResources } from './judging/judge.ts'
import type { KindCompiler } from './judging/kind-compiler.ts'
import { kinds as allKinds } from './kinds/kinds.ts'
import { resourceConditions } from './resource-conditions.ts'
import type { ResourceSet } from './resource-set.ts'
import { freeze } from './values/freeze.ts'
import { frozenMap } from './values/frozen-map.ts'
import { nameOf } from './values/resource-key.ts'

export interface CompileOptions {
  /** What the data plane can do: what is served, and what conditions name as the alternatives. */
  readonly capabilities: Capabilities
  /** Defaults to all kinds. */
  readonly kinds?: readonly KindCompiler[]
  /**
   * Written to `status.gateways[].controllerName`. Defaults to `fairlead.dev/gateway-controller`.
   */
  readonly controllerName?: string
}

/**
 * Decides what every gateway runs and which conditions every resource carries. Pure: the result
 * depends on the resources and the options alone, not on their order, the time or any Secret, and
 * is frozen. Never throws for the content of a resource: its conditions say what is wrong with it.
 */
export function compile(resources: ResourceSet, options: CompileOptions): CompileResult {
  const { capabilities, kinds = allKinds } = options
  const catalogues = judgeResources({
    kinds,
    capabilities,
    grants: resources.list(ReferenceGrant),
    list: (type) => resources.list(type),
  })
  const namespaces = resources
    .list(Namespace)
    .map((namespace) => [nameOf(namespace), namespace.metadata.labels ?? {}] as const)
  const gateways = gatewaysIn(catalogues, new Map(namespaces))
  const served = [...gateways.accepted.values()].map((gateway) =>
    serveGateway(gateway, gateways, catalogues, capabilities),
  )
  return freeze({
    snapshots: frozenMap(served.map(({ key, snapshot }) => [key, snapshot])),
    conditions: resourceConditions({
      catalogues,
      gateways,
      served,
      capabilities,
      controllerName: options.controllerName ?? 'fairlead.dev/gateway-controller',
    }),
  })
}
