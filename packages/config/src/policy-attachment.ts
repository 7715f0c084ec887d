import type { LLMGateway, RoutingPolicy } from '@fairlead/api'
import type { Refusal } from './conditions.ts'
import type { Catalogue } from './findings.ts'
import { namespaceOf, resourceKey } from './resource-key.ts'
import type { LLMGatewaySettings } from '@fairlead/snapshot'

/** One gateway that a policy names, and why it does not take the policy if it does not. */
export interface Attachment {
  readonly gatewayRef: { readonly namespace?: string; readonly name: string }
  readonly gatewayKey: string
  readonly refusal: Refusal | undefined
}

/** The gateways that a policy names; without any, the one named `default` of its own namespace. */
export function attachmentsOf(
  policy: RoutingPolicy,
  gateways: Catalogue<LLMGateway, LLMGatewaySettings>,
  allows: (gatewayKey: string, namespace: string) => boolean,
): readonly Attachment[] {
  const namespace = namespaceOf(policy)
  const references = policy.spec.gatewayRefs?.length
    ? policy.spec.gatewayRefs
    : [{ name: 'default' }]
  return references.map((reference) => {
    const gatewayKey = resourceKey(reference.namespace ?? namespace, reference.name)
    const gatewayRef =
      reference.namespace === undefined
        ? { name: reference.name }
        : { name: reference.name, namespace: reference.namespace }
    return { gatewayRef, gatewayKey, refusal: refusalOf(gatewayKey) }
  })

  function refusalOf(gatewayKey: string): Refusal | undefined {
    const gateway = gateways.byKey.get(gatewayKey)
    if (gateway?.settings === undefined) {
      const message = gateway
        ? `LLMGateway ${gatewayKey} is not accepted; see its conditions`
        : `LLMGateway ${gatewayKey} does not exist`
      return { reason: 'NoMatchingGateway', message }
    }
    if (allows(gatewayKey, namespace)) return undefined
    const message = `LLMGateway ${gatewayKey} does not allow namespace ${namespace} (spec.allowedNamespaces)`
    return { reason: 'NotAllowedByGateway', message }
  }
}
