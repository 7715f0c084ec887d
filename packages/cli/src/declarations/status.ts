import type { CommandDeclaration } from './declaration.ts'
import { dataDirOfRunning, kubeconfigOrRunning, output } from './shared-flags.ts'

export const status: CommandDeclaration = {
  name: 'status',
  summary: 'which gateways and providers there are, and what is not as it should be',
  usage: ['status [flags]'],
  about:
    'Reads the statuses of all resources, of a running fairlead up or of a cluster. A replica is live for 60 seconds after its last report; WANTED is known of gateways that the operator runs.',
  flags: [kubeconfigOrRunning, dataDirOfRunning, output],
  examples: [
    { does: 'Of the Fairlead that runs here', line: 'fairlead status' },
    { does: 'For a program', line: 'fairlead status -o json' },
  ],
}
