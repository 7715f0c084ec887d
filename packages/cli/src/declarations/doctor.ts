import type { CommandDeclaration } from './declaration.ts'
import {
  adminPort,
  apiPort,
  dataDir,
  gatewayPort,
  host,
  kubeconfigOrRunning,
  output,
} from './shared-flags.ts'

export const doctor: CommandDeclaration = {
  name: 'doctor',
  summary: 'check this machine and the cluster, and say what to do',
  usage: ['doctor [flags]'],
  about:
    'Checks Node.js, the data directory, the ports, the API server and its clock, the kinds, what the user may do, the Secrets that resources name (whether they are there: no value is read), and whether providers can be connected to. Exits with 1 if there is a problem; a warning is no failure.',
  flags: [
    {
      name: 'part',
      value: 'PART',
      description: 'the part that is to run as this user: what it may not do is a problem then',
      choices: ['operator', 'gateway'],
    },
    kubeconfigOrRunning,
    dataDir,
    host,
    apiPort,
    gatewayPort,
    adminPort,
    output,
  ],
  examples: [
    { does: 'Before a first start, or when something does not work', line: 'fairlead doctor' },
    {
      does: 'As the user of an operator',
      line: 'fairlead doctor --part operator --kubeconfig FILE',
    },
  ],
}
