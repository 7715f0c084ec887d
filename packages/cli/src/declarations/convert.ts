import type { CommandDeclaration } from './declaration.ts'
import { gateway } from './shared-flags.ts'

export const convert: CommandDeclaration = {
  name: 'convert',
  summary: 'make manifests from the configuration of another gateway',
  usage: ['convert litellm CONFIG.yaml [flags]'],
  about:
    'Reads the config.yaml of a LiteLLM proxy, and prints manifests, or writes them to a folder. Each setting that has no effect any more, that acts differently, or after which something has to be done, is told with its line: as comments before the manifests, or with --output on standard output. Values that the configuration takes from variables (os.environ/NAME) are those of this environment; keys become Secrets to be filled in.',
  takesWords: true,
  firstWords: ['litellm'],
  flags: [
    {
      name: 'output',
      short: 'o',
      value: 'DIR',
      description: 'write files to this folder, none of which may exist',
      default: 'manifests are printed',
      completes: 'directory',
    },
    {
      ...gateway,
      description: 'the LLMGateway that is made; everything is in its namespace',
      hasVariable: false,
    },
    {
      name: 'fill-secrets',
      description: 'write keys that this environment has into the Secrets',
    },
    {
      name: 'strict',
      description: 'exit with 1 if a setting has no effect any more, or acts differently',
    },
  ],
  examples: [
    { does: 'See what becomes of it', line: 'fairlead convert litellm config.yaml -o manifests' },
    { does: 'Then', line: 'fairlead validate manifests' },
  ],
}
