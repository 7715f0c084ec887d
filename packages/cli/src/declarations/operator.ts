import type { CommandDeclaration } from './declaration.ts'
import {
  adminHosts,
  adminPort,
  gateway,
  gatewayImage,
  host,
  kubeconfig,
  servingFlags,
  webhookFailurePolicy,
  webhookPort,
  webhookService,
} from './shared-flags.ts'

export const operator: CommandDeclaration = {
  name: 'operator',
  summary:
    'the control plane alone, for a cluster; init, create and manifests: projects of operators',
  usage: ['operator [flags]', 'operator init|create|manifests …'],
  about: 'Installs the kinds, and writes every condition. Of several replicas one leads.',
  firstWords: ['init', 'create', 'manifests'],
  flags: [
    adminPort,
    adminHosts,
    host,
    kubeconfig,
    { ...gateway, description: 'an LLMGateway, in whose namespace the Lease of the leader is' },
    {
      ...gatewayImage,
      description: 'image of the gateways whose spec.deployment names none',
    },
    {
      ...webhookService,
      description:
        'the Service at which the API server finds its webhooks; without it there are none',
    },
    { ...webhookPort, description: 'port of the webhooks; 0 picks a free one' },
    {
      ...webhookFailurePolicy,
      description:
        'whether a write that no operator can judge fails; one that publishes always does',
    },
  ],
  alsoTakes: servingFlags,
  examples: [
    { does: "For kubectl's cluster", line: 'fairlead operator' },
    { does: 'A project of an operator of your own', line: 'fairlead operator init --help' },
  ],
}
