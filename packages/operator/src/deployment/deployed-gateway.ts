import type { LLMGateway, LLMGatewayDeployment } from '@fairlead/api'
import type { DeepReadonly } from '@fairlead/controller-runtime'

/** A gateway that the operator runs, as far as the objects that are made for it depend on it. */
export interface DeployedGateway {
  readonly namespace: string
  /** Of the LLMGateway. */
  readonly gateway: string
  /** Of every object that is made. */
  readonly name: string
  /** Of every object that is made. */
  readonly labels: Readonly<Record<string, string>>
  /** What selects its Pods; never changes. */
  readonly selector: Readonly<Record<string, string>>
  readonly image: string
  readonly spec: DeepReadonly<LLMGatewayDeployment>
}

/** Names of the ports of a gateway's container, and their numbers. */
export const ports = { http: 8080, admin: 9464 } as const

const labelValueMax = 63

/** What the operator runs for the gateway; undefined if somebody else runs it. */
export function deployedGateway(
  { metadata, spec }: DeepReadonly<LLMGateway>,
  defaultImage: string,
): DeployedGateway | undefined {
  const { deployment } = spec
  const { name = '', namespace = '' } = metadata
  if (deployment === undefined) return undefined
  const selector = {
    'app.kubernetes.io/name': 'fairlead-gateway',
    'app.kubernetes.io/instance': name.slice(0, labelValueMax).replace(/[^a-z0-9]+$/, ''),
  }
  return {
    namespace,
    gateway: name,
    name: `${name}-gateway`,
    selector,
    labels: {
      ...selector,
      'app.kubernetes.io/managed-by': 'fairlead',
      'fairlead.dev/gateway': selector['app.kubernetes.io/instance'],
    },
    image: deployment.image ?? defaultImage,
    spec: deployment,
  }
}

/** Metadata of an object that is made for the gateway in its namespace. */
export function metadataOf({ name, labels }: DeployedGateway) {
  return { name, labels }
}
