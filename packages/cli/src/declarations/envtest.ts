import type { CommandDeclaration } from './declaration.ts'

export const envtest: CommandDeclaration = {
  name: 'envtest',
  summary: "programs with which Go's envtest starts the API server",
  usage: ['envtest assets DIRECTORY'],
  about:
    'Writes the programs etcd and kube-apiserver, which envtest of sigs.k8s.io/controller-runtime starts where KUBEBUILDER_ASSETS names the directory, and links kubectl there if it is on the path.',
  notes:
    'They run this Fairlead with this Node.js: write them again when either has moved. kube-apiserver --help says which flags it obeys; a flag that it cannot obey is an error.',
  takesWords: true,
  firstWords: ['assets'],
  flags: [],
  examples: [
    { does: 'Write them', line: 'fairlead envtest assets bin/fairlead' },
    {
      does: 'Test with them',
      line: 'KUBEBUILDER_ASSETS=$PWD/bin/fairlead go test ./...',
    },
  ],
}
