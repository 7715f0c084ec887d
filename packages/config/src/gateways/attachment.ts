import { LLMGateway } from '@fairlead/api'
import type { TypedObject } from '@fairlead/kube-core'
import type { Refusal } from '../judging/conditions.ts'
import type { GatewayRef } from '../judging/kind-compiler.ts'
import { namespaceOf, resourceKey } from '../values/resource-key.ts'
import type { Gateways } from './gateways.ts'

/** One gateway that a resource names, and why it does not take the resource if it does not. */
interface Attachment {
  readonly gatewayRef: GatewayRef
  readonly gatewayKey: string
  readonly refusal: Refusal | undefined
}

/** What the gateways that a resource names say to it, in the order in which it names them. */
export function attachmentsOf(
  resource: TypedObject,
  references: readonly GatewayRef[],
  gateways: Gateways,
): readonly Attachment[] {
  const namespace = namespaceOf(resource)
  return references.map(({ name, namespace: other }) => {
    const gatewayKey = resourceKey(other ?? namespace, name)
    return {
      gatewayRef: other === undefined ? { name } : { name, namespace: other },
      gatewayKey,
      refusal: refusalOf(gatewayKey, namespace, gateways),
    }
  })
}

function refusalOf(
  gatewayKey: string,
  namespace: string,
  { known, accepted }: Gateways,
): Refusal | undefined {
  const gateway = accepted.get(gatewayKey)
  if (gateway === undefined) {
    const message = known.has(gatewayKey)
      ? `${LLMGateway.kind} ${gatewayKey} is not accepted; see its conditions`
      : `${LLMGateway.kind} ${gatewayKey} does not exist`
    return { reason: 'NoMatchingGateway', message }
  }
  if (gateway.allows(namespace)) return undefined
  const message =
    `${LLMGateway.kind} ${gatewayKey} does not allow namespace ${namespace} ` +
    '(spec.allowedNamespaces)'
  return { reason: 'NotAllowedByGateway', message }
}
