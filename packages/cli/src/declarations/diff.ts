import type { CommandDeclaration } from './declaration.ts'
import { dataDirOfRunning, kubeconfigOrRunning, output } from './shared-flags.ts'

export const diff: CommandDeclaration = {
  name: 'diff',
  summary: 'say what applying a folder of manifests would change in a cluster',
  usage: ['diff DIR [flags]'],
  about:
    'Asks the API server for a dry run of a server-side apply of each object: nothing is stored. Values of Secrets are not shown. Exits with 1 if something would change, or would be refused.',
  takesWords: true,
  firstWords: 'directory',
  flags: [
    {
      name: 'field-manager',
      value: 'NAME',
      description: 'who applies; fields that it has applied and that the manifest lacks would go',
      default: 'kubectl',
    },
    {
      name: 'namespace',
      value: 'NS',
      description: 'namespace of objects without one',
      default: 'that of the kubeconfig, else default',
    },
    kubeconfigOrRunning,
    dataDirOfRunning,
    output,
  ],
  notes:
    "Other kinds than Fairlead's are compared if they are Namespaces, Secrets, ConfigMaps, ServiceAccounts, Services, Deployments or NetworkPolicies; kubectl diff --server-side compares the rest.",
  examples: [
    {
      does: 'Before kubectl apply --server-side',
      line: 'fairlead diff manifests --kubeconfig ~/.kube/config',
    },
  ],
}
