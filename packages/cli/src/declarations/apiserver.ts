import type { CommandDeclaration } from './declaration.ts'
import { apiPort, dataDir, host, kubeconfig, servingFlags } from './shared-flags.ts'

export const apiserver: CommandDeclaration = {
  name: 'apiserver',
  summary: 'the embedded Kubernetes API server alone',
  usage: ['apiserver [flags]'],
  about: 'It prints where it is once it is ready, and stops on SIGTERM or Ctrl-C.',
  flags: [
    { ...dataDir, description: 'directory for objects and credentials' },
    {
      name: 'in-memory',
      description: 'keep objects and credentials in memory; they end with the process',
    },
    { name: 'stages', description: 'make workloads ready, although nothing runs' },
    host,
    {
      name: 'port',
      value: 'PORT',
      description: 'port to listen on; 0 picks a free one; also --api-port',
      default: '7443',
    },
    apiPort,
    {
      ...kubeconfig,
      description: 'where to write the kubeconfig',
      default: 'kubeconfig in the data directory',
    },
    {
      name: 'watch-history',
      value: 'N',
      description: 'how many changes are kept for watches that reconnect',
      default: '10000',
    },
    {
      name: 'authorization',
      value: 'MODE',
      description: 'who may do what; AlwaysAllow also without credentials',
      default: 'RBAC',
      choices: ['RBAC', 'AlwaysAllow'],
    },
    {
      name: 'token-auth-file',
      value: 'FILE',
      description: 'bearer tokens of users, each line token,user,uid,"group,group"',
      completes: 'file',
    },
    {
      name: 'enable-admission-plugins',
      value: 'NAMES',
      description: 'plugins that are on beside the default ones, separated by commas',
    },
    {
      name: 'disable-admission-plugins',
      value: 'NAMES',
      description: 'plugins that are off',
    },
    {
      name: 'feature-gates',
      value: 'GATES',
      description: 'features, such as MutatingAdmissionPolicy=true',
    },
    {
      name: 'runtime-config',
      value: 'VERSIONS',
      description:
        'versions that are served beside the default ones, such as admissionregistration.k8s.io/v1alpha1=true, or all with api/all=true',
    },
  ],
  alsoTakes: servingFlags,
  notes:
    'Flags of kube-apiserver for who is who are obeyed as well: --anonymous-auth, --authorization-mode, --client-ca-file, --api-audiences, --service-account-issuer, --service-account-key-file, --service-account-signing-key-file, --tls-cert-file, --tls-private-key-file and --cert-dir. Others of its flags that have nothing to act on are said in the log; those that ask for what is not done here are an error.',
  examples: [
    {
      does: 'For tests, without files and permissions',
      line: 'fairlead apiserver --in-memory --authorization AlwaysAllow --port 0',
    },
  ],
}
