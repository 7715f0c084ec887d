import type { CommandDeclaration } from './declaration.ts'
import { gatewayImage } from './shared-flags.ts'

export const manifests: CommandDeclaration = {
  name: 'manifests',
  summary: 'print what installs the operator in a cluster, as YAML, for those without Helm',
  usage: ['manifests [flags]'],
  about:
    'The same as the chart charts/fairlead with its default values, and a Namespace that enforces the restricted Pod Security Standard.',
  flags: [
    {
      name: 'namespace',
      value: 'NAMESPACE',
      description: 'where the operator runs',
      default: 'fairlead-system',
    },
    {
      ...gatewayImage,
      description: 'image of the operator, and of the gateways that it runs',
    },
  ],
  examples: [
    {
      does: 'Install the operator',
      line: 'fairlead manifests | kubectl apply --server-side -f -',
    },
  ],
}
