interface NamespaceRole {
  readonly namespace: string
  readonly name: string
  /** In the form that `readRule` reads. */
  readonly rules: readonly string[]
  /** Who has the role: `User x`, or `Account x` for an account of `kube-system`. */
  readonly subjects: readonly string[]
  /** Of the binding, if it is not that of the role. */
  readonly bindingName?: string
}

const events = 'create,patch,update core,events.k8s.io events'
const controller = 'system:controller'
const leaderLocking = 'system::leader-locking'

/** The roles in namespaces, as the bootstrap policy of Kubernetes 1.32 has them. */
export const namespaceRoleRules: readonly NamespaceRole[] = [
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    bindingName: 'system::extension-apiserver-authentication-reader',
    rules: ['get,list,watch core configmaps extension-apiserver-authentication'],
    subjects: ['User system:kube-controller-manager', 'User system:kube-scheduler'],
  },
  {
    namespace: 'kube-system',
    name: `${controller}:bootstrap-signer`,
    rules: ['get,list,watch core secrets'],
    subjects: ['Account bootstrap-signer'],
  },
  {
    namespace: 'kube-system',
    name: `${controller}:cloud-provider`,
    rules: ['create,get,list,watch core configmaps'],
    subjects: ['Account cloud-provider'],
  },
  {
    namespace: 'kube-system',
    name: `${controller}:token-cleaner`,
    rules: ['delete,get,list,watch core secrets', events],
    subjects: ['Account token-cleaner'],
  },
  {
    namespace: 'kube-system',
    name: `${leaderLocking}-kube-controller-manager`,
    rules: [
      'watch core configmaps',
      'get,update core configmaps kube-controller-manager',
      'create,get,list,update,watch coordination.k8s.io leases',
    ],
    subjects: [
      'User system:kube-controller-manager',
      'Account kube-controller-manager',
      'Account leader-election-controller',
    ],
  },
  {
    namespace: 'kube-system',
    name: `${leaderLocking}-kube-scheduler`,
    rules: ['watch core configmaps', 'get,update core configmaps kube-scheduler'],
    subjects: ['User system:kube-scheduler', 'Account kube-scheduler'],
  },
  {
    namespace: 'kube-public',
    name: `${controller}:bootstrap-signer`,
    rules: ['get,list,watch core configmaps', 'update core configmaps cluster-info', events],
    subjects: ['Account bootstrap-signer'],
  },
]
