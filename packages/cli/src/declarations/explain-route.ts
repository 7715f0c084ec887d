import type { CommandDeclaration } from './declaration.ts'
import { adminURL, dataDirOfRunning, kubeconfigOrRunning, output } from './shared-flags.ts'

export const explainRoute: CommandDeclaration = {
  name: 'explain-route',
  summary: 'where a call would go and why, from a running gateway',
  usage: ['explain-route [flags]'],
  about: 'No provider is called.',
  flags: [
    { name: 'model', value: 'NAME', description: 'the model that is asked for' },
    {
      name: 'header',
      value: 'NAME=VALUE',
      description: 'a header of the call; may be repeated',
      isRepeatable: true,
    },
    {
      name: 'file',
      value: 'FILE',
      description: 'the body of the call, as JSON',
      completes: 'file',
    },
    {
      name: 'consumer',
      value: 'NS/NAME',
      description: 'the Consumer that calls; its key is read from its Secret',
    },
    {
      name: 'api-key',
      value: 'KEY',
      description: "the caller's key; others can see a command line, so better its variable",
      default: "the quickstart's",
      hasVariable: true,
    },
    { ...adminURL, description: 'the gateway' },
    dataDirOfRunning,
    kubeconfigOrRunning,
    output,
  ],
  examples: [
    { does: 'Where a model goes', line: 'fairlead explain-route --model gpt-5' },
    {
      does: 'Where a call of a team goes',
      line: 'fairlead explain-route --consumer team-a/app --header x-tier=gold --file call.json',
    },
  ],
}
