import type { BootstrapObject } from './bootstrap-object.ts'

/**
 * Priority levels and flow schemas, as `pkg/apis/flowcontrol/bootstrap` of Kubernetes' apiserver has
 * them. Here they only tell what a request is: nothing is queued by them.
 */

const group = 'flowcontrol.apiserver.k8s.io'

const shared = {
  apiVersion: `${group}/v1`,
  annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' },
  generation: 1,
  manager: 'api-priority-and-fairness-config-producer-v1',
} as const

/** Shares, the percentage that others may borrow, and how many queues and how many of them at once. */
const limited: Readonly<
  Record<string, readonly [shares: number, lendable: number, queues?: number, handSize?: number]>
> = {
  'catch-all': [5, 0],
  'global-default': [20, 50, 128, 6],
  'leader-election': [10, 0, 16, 4],
  'node-high': [40, 25, 64, 6],
  system: [30, 33, 64, 6],
  'workload-high': [40, 50, 128, 6],
  'workload-low': [100, 90, 128, 6],
}

/** The priority levels that every cluster has. */
export function bootstrapPriorityLevels(): BootstrapObject[] {
  const exempt = { nominalConcurrencyShares: 0, lendablePercent: 0 }
  return [
    priorityLevel('exempt', { type: 'Exempt', exempt }),
    ...Object.entries(limited).map(([name, [shares, lendablePercent, queues, handSize]]) => {
      const queuing = { queues, handSize, queueLengthLimit: 50 }
      const limitResponse = queues === undefined ? { type: 'Reject' } : { type: 'Queue', queuing }
      const limits = { nominalConcurrencyShares: shares, limitResponse, lendablePercent }
      return priorityLevel(name, { type: 'Limited', limited: limits })
    }),
  ]
}

function priorityLevel(name: string, spec: Readonly<Record<string, unknown>>): BootstrapObject {
  return {
    ...shared,
    resource: `prioritylevelconfigurations.${group}`,
    kind: 'PriorityLevelConfiguration',
    name,
    content: { spec, status: {} },
    owned: { 'f:spec': Object.fromEntries(Object.keys(spec).map((field) => [`f:${field}`, {}])) },
  }
}

/** A subject is `User x`, `Group x` or `Account x` of `kube-system`. */
interface Flow {
  readonly level: string
  readonly precedence: number
  readonly by?: 'ByUser' | 'ByNamespace'
  readonly subjects: readonly string[]
  /** `verbs groups resources`; `cluster` at the end: also those without a namespace. */
  readonly resources?: readonly string[]
  /** `verbs paths` */
  readonly paths?: string
}

const all = { resources: ['* * * cluster'], paths: '* *' } as const
const everybody = ['Group system:unauthenticated', 'Group system:authenticated']
const locks = 'get,create,update'
const leases = `${locks} coordination.k8s.io leases`

const flows: Readonly<Record<string, Flow>> = {
  exempt: { level: 'exempt', precedence: 1, subjects: ['Group system:masters'], ...all },
  probes: {
    level: 'exempt',
    precedence: 2,
    subjects: everybody,
    paths: 'get /healthz,/readyz,/livez',
  },
  'system-leader-election': {
    level: 'leader-election',
    precedence: 100,
    by: 'ByUser',
    subjects: ['User system:kube-controller-manager', 'User system:kube-scheduler', 'Account *'],
    resources: [leases],
  },
  'endpoint-controller': {
    level: 'workload-high',
    precedence: 150,
    by: 'ByUser',
    subjects: [
      'User system:kube-controller-manager',
      'Account endpoint-controller',
      'Account endpointslicemirroring-controller',
    ],
    resources: [`${locks} core endpoints`],
  },
  'workload-leader-election': {
    level: 'leader-election',
    precedence: 200,
    by: 'ByUser',
    subjects: ['Account *'],
    resources: [`${locks} core endpoints,configmaps`, leases],
  },
  'system-node-high': {
    level: 'node-high',
    precedence: 400,
    by: 'ByUser',
    subjects: ['Group system:nodes'],
    resources: ['* core nodes,nodes/status cluster', '* coordination.k8s.io leases'],
  },
  'system-nodes': {
    level: 'system',
    precedence: 500,
    by: 'ByUser',
    subjects: ['Group system:nodes'],
    ...all,
  },
  'kube-controller-manager': {
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    subjects: ['User system:kube-controller-manager'],
    ...all,
  },
  'kube-scheduler': {
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    subjects: ['User system:kube-scheduler'],
    ...all,
  },
  'kube-system-service-accounts': {
    level: 'workload-high',
    precedence: 900,
    by: 'ByNamespace',
    subjects: ['Account *'],
    ...all,
  },
  'service-accounts': {
    level: 'workload-low',
    precedence: 9000,
    by: 'ByUser',
    subjects: ['Group system:serviceaccounts'],
    ...all,
  },
  'global-default': {
    level: 'global-default',
    precedence: 9900,
    by: 'ByUser',
    subjects: everybody,
    ...all,
  },
  'catch-all': {
    level: 'catch-all',
    precedence: 10000,
    by: 'ByUser',
    subjects: everybody,
    ...all,
  },
}

/** The flow schemas that every cluster has. @param now when they were found to be sound */
export function bootstrapFlowSchemas(now: string): BootstrapObject[] {
  return Object.entries(flows).map(
    ([name, { level, precedence, by, subjects, resources, paths }]) => ({
      ...shared,
      resource: `flowschemas.${group}`,
      kind: 'FlowSchema',
      name,
      content: {
        spec: {
          priorityLevelConfiguration: { name: level },
          matchingPrecedence: precedence,
          ...(by === undefined ? {} : { distinguisherMethod: { type: by } }),
          rules: [
            {
              subjects: subjects.map(readSubject),
              ...(resources === undefined ? {} : { resourceRules: resources.map(readResources) }),
              ...(paths === undefined ? {} : { nonResourceRules: [readPaths(paths)] }),
            },
          ],
        },
        status: {
          conditions: [
            {
              type: 'Dangling',
              status: 'False',
              lastTransitionTime: now,
              reason: 'Found',
              message: `This FlowSchema references the PriorityLevelConfiguration object named "${level}" and it exists`,
            },
          ],
        },
      },
      owned: {
        'f:spec': {
          ...(by === undefined ? {} : { 'f:distinguisherMethod': { '.': {}, 'f:type': {} } }),
          'f:matchingPrecedence': {},
          'f:priorityLevelConfiguration': { 'f:name': {} },
          'f:rules': {},
        },
      },
    }),
  )
}

function readSubject(text: string): object {
  const [kind = '', name] = text.split(' ')
  if (kind !== 'Account') return { kind, [kind.toLowerCase()]: { name } }
  return { kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name } }
}

function readResources(text: string): object {
  const [verbs = '', groups = '', resources = '', cluster] = text.split(' ')
  return {
    verbs: verbs.split(','),
    apiGroups: groups.split(',').map((each) => (each === 'core' ? '' : each)),
    resources: resources.split(','),
    ...(cluster === undefined ? {} : { clusterScope: true }),
    namespaces: ['*'],
  }
}

function readPaths(text: string): object {
  const [verbs = '', paths = ''] = text.split(' ')
  return { verbs: verbs.split(','), nonResourceURLs: paths.split(',') }
}
