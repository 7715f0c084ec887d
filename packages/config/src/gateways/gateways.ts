import { LLMGateway } from '@fairlead/api'
import type { Catalogues } from '../judging/catalogue.ts'
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

export function gatewaysIn(catalogues: Catalogues, namespaces: NamespaceLabels): Gateways {
  const entries = [...(catalogues.get(LLMGateway.kind)?.byKey.values() ?? [])]
  const accepted = entries
    .filter(({ settings }) => settings !== undefined)
    .map(({ key, resource }) => ({
      key,
      allows: namespaceFilter(resource as LLMGateway, namespaces),
    }))
  return {
    known: new Set(entries.map(({ key }) => key)),
    accepted: new Map(accepted.map((gateway) => [gateway.key, gateway])),
  }
}
