import type { CommandDeclaration } from './declaration.ts'

export const crds: CommandDeclaration = {
  name: 'crds',
  summary: 'print the custom resource definitions as YAML',
  usage: ['crds'],
  flags: [],
  examples: [{ does: 'Install them', line: 'fairlead crds | kubectl apply --server-side -f -' }],
}
