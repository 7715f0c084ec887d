import type { CommandDeclaration } from './declaration.ts'
import {
  adminHosts,
  adminPort,
  apiPort,
  dataDir,
  drain,
  gateway,
  gatewayPort,
  host,
  kubeconfig,
  noQuickstart,
  replica,
  servingFlags,
  workers,
} from './shared-flags.ts'

export const up: CommandDeclaration = {
  name: 'up',
  summary: 'embedded API server, operator and gateway',
  usage: ['up [flags]'],
  about:
    'Runs everything on this machine, until SIGTERM or Ctrl-C, and prints where it is once it is ready.',
  flags: [
    dataDir,
    apiPort,
    gatewayPort,
    adminPort,
    adminHosts,
    host,
    {
      ...kubeconfig,
      description: 'use this cluster instead of the embedded API server',
      default: 'the embedded one',
    },
    gateway,
    replica,
    { ...workers, default: 'spec.workers of the LLMGateway, else 1' },
    drain,
    { ...noQuickstart, description: 'do not apply the quickstart resources at the first start' },
  ],
  alsoTakes: servingFlags,
  examples: [
    { does: 'Everything, with its state in .fairlead', line: 'fairlead up' },
    { does: 'On free ports', line: 'fairlead up --api-port 0 --gateway-port 0 --admin-port 0' },
  ],
}
