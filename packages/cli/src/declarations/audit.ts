import type { CommandDeclaration } from './declaration.ts'
import { dataDir, output } from './shared-flags.ts'

export const audit: CommandDeclaration = {
  name: 'audit',
  summary: 'what was refused, and who changed what, of a data directory',
  usage: ['audit [flags]'],
  flags: [
    {
      name: 'since',
      value: 'DURATION',
      description: 'how far back, such as 24h or 30m',
      default: 'everything',
    },
    { name: 'consumer', value: 'NS/NAME', description: 'only what this Consumer was refused' },
    {
      name: 'kind',
      value: 'KIND',
      description: 'only events of this kind',
      default: 'both',
      choices: ['Refusal', 'Change'],
    },
    { ...dataDir, description: 'directory of a Fairlead that runs or has run' },
    { ...output, description: 'how events are printed; json has one per line' },
  ],
  examples: [
    { does: 'Refusals of the last day', line: 'fairlead audit --since 24h --kind Refusal' },
  ],
}
