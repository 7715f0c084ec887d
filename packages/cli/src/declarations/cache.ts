import type { CommandDeclaration } from './declaration.ts'
import { dataDirOfRunning } from './shared-flags.ts'

export const cache: CommandDeclaration = {
  name: 'cache',
  summary: 'drop answers that CachePolicies keep',
  usage: ['cache purge [flags]'],
  about:
    'Asks the gateway that runs with this data directory: run it on the same machine, and in a cluster in each Pod, as kubectl exec does. purge drops the answers that are kept, all of them unless flags say which.',
  takesWords: true,
  firstWords: ['purge'],
  flags: [
    {
      name: 'policy',
      value: 'POLICY',
      description: 'of this CachePolicy only, as NAME in default or NAMESPACE/NAME',
    },
    {
      name: 'consumer',
      value: 'CONSUMER',
      description: 'made for calls of this Consumer only, as NAME in default or NAMESPACE/NAME',
    },
    dataDirOfRunning,
  ],
  examples: [
    { does: 'Drop all that one policy keeps', line: 'fairlead cache purge --policy team-a/faq' },
  ],
}
