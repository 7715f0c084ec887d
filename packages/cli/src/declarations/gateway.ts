import type { CommandDeclaration } from './declaration.ts'
import {
  adminHosts,
  adminPort,
  dataDir,
  drain,
  gateway as gatewayFlag,
  gatewayPort,
  host,
  kubeconfig,
  manifests,
  namedSecrets,
  replica,
  servingFlags,
  shutdownDelay,
  workers,
} from './shared-flags.ts'

export const gateway: CommandDeclaration = {
  name: 'gateway',
  summary: 'the data plane alone, from a cluster or from --manifests DIR',
  usage: ['gateway [flags]'],
  about:
    'Serves one LLMGateway, and reports what it runs in its status. With --manifests there is no Kubernetes API.',
  flags: [
    dataDir,
    gatewayPort,
    adminPort,
    adminHosts,
    host,
    kubeconfig,
    { ...manifests, description: 'read resources from files, reloaded on change' },
    gatewayFlag,
    replica,
    {
      ...workers,
      default: 'spec.workers of the LLMGateway, else one per core and at most 8',
    },
    drain,
    {
      ...shutdownDelay,
      description:
        'how long a stopping gateway, no longer ready, still takes connections, before --drain begins, at most 1h',
    },
    {
      ...namedSecrets,
      description:
        'read each Secret that the configuration names by its name, as roles with resourceNames allow, and not all of the cluster',
    },
  ],
  alsoTakes: servingFlags,
  examples: [
    { does: 'From a folder of YAML files', line: 'fairlead gateway --manifests manifests' },
    { does: 'From a cluster', line: 'fairlead gateway --gateway team-a/main' },
  ],
}
