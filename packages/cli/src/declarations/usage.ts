import type { CommandDeclaration } from './declaration.ts'
import { adminURL, dataDirOfRunning, output } from './shared-flags.ts'

export const usage: CommandDeclaration = {
  name: 'usage',
  summary: 'what was used, from a running gateway',
  usage: ['usage [flags]'],
  about: 'Counts the calls that have ended.',
  flags: [
    {
      name: 'from',
      value: 'DAY',
      description: 'first day in UTC, such as 2026-01-31',
      default: '30 days up to --to',
    },
    { name: 'to', value: 'DAY', description: 'last day in UTC', default: 'today' },
    {
      name: 'by',
      value: 'WHAT',
      description:
        'what is told apart, separated by commas: day, namespace, consumer, group, model, provider, prompt',
      default: 'consumer',
    },
    { name: 'consumer', value: 'NS/NAME', description: 'of this Consumer only' },
    { name: 'group', value: 'NAME', description: 'of callers in this group only' },
    { name: 'namespace', value: 'NS', description: 'of the Consumers of this namespace only' },
    adminURL,
    dataDirOfRunning,
    {
      ...output,
      description: 'how it is printed; wide has all columns',
      choices: ['text', 'wide', 'json'],
    },
  ],
  notes: 'A caller in several groups counts in each of them; the total counts each call once.',
  examples: [
    { does: 'Of this month, by consumer and model', line: 'fairlead usage --by consumer,model' },
  ],
}
