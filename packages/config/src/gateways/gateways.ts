import { remembering, sameElements } from '@fairlead/base'
import { LLMGateway } from '@fairlead/api'
import type { TypedObject } from '@fairlead/kube-core'
import type { Namespace } from '@fairlead/kube-types'
import type { Catalogues } from '../judging/catalogue.ts'
import { nameOf } from '../values/resource-key.ts'
import { namespaceFilter, type NamespaceLabels } from './allowed-namespaces.ts'

/** A gateway that has a snapshot. */
export interface AcceptedGateway {
  readonly key: string
  readonly allows: (namespace: string) => boolean
}

export interface Gateways {
  /** `namespace/name` of every gateway, accepted or not. */
  readonly known: ReadonlySet<string>
  readonly accepted: ReadonlyMap<string, AcceptedGateway>
}

/**
 * Which gateways there are. What is equal to the last time is the same object: a gateway, as long as
 * neither it nor a namespace has changed, and all of them together.
 */
export class GatewayDirectory {
  readonly #labelsOf = remembering(labelsByNamespace)
  #accepted = new Map<TypedObject, AcceptedGateway>()
  #labels: NamespaceLabels | undefined
  #last: Gateways | undefined

  read(catalogues: Catalogues, namespaces: readonly Namespace[]): Gateways {
    const labels = this.#labelsOf(...namespaces)
    const before = labels === this.#labels ? this.#accepted : new Map<never, never>()
    const entries = [...(catalogues.get(LLMGateway.kind)?.byKey.values() ?? [])]
    const accepted = entries
      .filter(({ settings }) => settings !== undefined)
      .map(({ key, resource }) => {
        const gateway = before.get(resource) ?? acceptedGateway(key, resource as LLMGateway, labels)
        return [resource, gateway] as const
      })
    this.#labels = labels
    this.#accepted = new Map(accepted)
    const current: Gateways = {
      known: new Set(entries.map(({ key }) => key)),
      accepted: new Map(accepted.map(([, gateway]) => [gateway.key, gateway])),
    }
    if (this.#last === undefined || !sameGateways(current, this.#last)) this.#last = current
    return this.#last
  }
}

function labelsByNamespace(...namespaces: readonly Namespace[]): NamespaceLabels {
  return new Map(namespaces.map((one) => [nameOf(one), one.metadata.labels ?? {}]))
}

/** Asks once for each namespace. */
function acceptedGateway(
  key: string,
  resource: LLMGateway,
  labels: NamespaceLabels,
): AcceptedGateway {
  const allows = namespaceFilter(resource, labels)
  const known = new Map<string, boolean>()
  return {
    key,
    allows(namespace) {
      const before = known.get(namespace)
      if (before !== undefined) return before
      const allowed = allows(namespace)
      known.set(namespace, allowed)
      return allowed
    },
  }
}

function sameGateways(left: Gateways, right: Gateways): boolean {
  return (
    sameElements([...left.known], [...right.known]) &&
    sameElements([...left.accepted.values()], [...right.accepted.values()])
  )
}
