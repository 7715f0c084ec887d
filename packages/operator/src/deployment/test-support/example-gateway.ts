import { LLMGateway } from '@fairlead/api'
import { applyDefaults, type KubernetesObject } from '@fairlead/kube-core'
import { deployedGateway, type DeployedGateway } from '../deployed-gateway.ts'

/** The gateway team/main with this `spec.deployment` and its defaults. */
export function exampleGateway(deployment: object): DeployedGateway {
  const gateway: KubernetesObject = {
    apiVersion: 'fairlead.dev/v1beta1',
    kind: 'LLMGateway',
    metadata: { namespace: 'team', name: 'main' },
    spec: { deployment },
  }
  const complete = applyDefaults(gateway, LLMGateway.schema) as LLMGateway
  const deployed = deployedGateway(complete, 'fairlead:1')
  if (deployed === undefined) throw new Error('the example has no deployment')
  return deployed
}
