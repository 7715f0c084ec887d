import { editRules, operatorRules, type PolicyRule, viewRules } from '@fairlead/operator'

const name = 'fairlead-operator'
const adminPort = 9464
const rbac = 'rbac.authorization.k8s.io'
const selector = {
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/instance': 'fairlead',
}

/** Where and as what the operator is installed. */
interface OperatorInstallation {
  readonly namespace: string
  /** Of the operator, and of the gateways that it runs. */
  readonly image: string
  /** Of this program. */
  readonly version: string
}

/**
 * What runs the operator, without the kinds: the same as `charts/fairlead` with its default values,
 * which a test compares.
 */
export function operatorManifests(installation: OperatorInstallation): readonly object[] {
  const { namespace } = installation
  const metadata = { name, namespace, labels: labelsOf(installation) }
  const matching = { selector: { matchLabels: selector } }
  return [
    namespaceOf(namespace),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    ...access(installation),
    // Held by the operator that leads.
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata },
    deployment(installation),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector, ports: [{ name: 'admin', port: adminPort, targetPort: 'admin' }] },
    },
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata,
      spec: { maxUnavailable: 1, ...matching },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata,
      spec: {
        podSelector: matching.selector,
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ ports: [tcp('admin')] }],
        egress: [
          { ports: [{ protocol: 'UDP', port: 53 }, tcp(53)] },
          { ports: [tcp(443), tcp(6443)] },
        ],
      },
    },
  ]
}

function namespaceOf(namespace: string): object {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }
}

/** What the operator may do, and what people may who view or edit a namespace. */
function access(installation: OperatorInstallation): readonly object[] {
  const labels = labelsOf(installation)
  const role = (called: string, rules: readonly PolicyRule[], to: readonly string[] = []) => ({
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRole',
    metadata: {
      name: called,
      labels: {
        ...labels,
        ...Object.fromEntries(to.map((each) => [`${rbac}/aggregate-to-${each}`, 'true'])),
      },
    },
    rules,
  })
  return [
    role(name, operatorRules),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: installation.namespace }],
    },
    role('fairlead-view', viewRules, ['view']),
    role('fairlead-edit', editRules, ['admin', 'edit']),
  ]
}

function deployment(installation: OperatorInstallation): object {
  const { namespace } = installation
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: labelsOf(installation) },
    spec: {
      replicas: 2,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector },
        spec: {
          serviceAccountName: name,
          terminationGracePeriodSeconds: 40,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: selector },
            },
          ],
          containers: [container(installation)],
        },
      },
    },
  }
}

function container({ namespace, image }: OperatorInstallation): object {
  return {
    name: 'operator',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['fairlead'],
    args: [
      'operator',
      '--host=0.0.0.0',
      `--admin-port=${adminPort}`,
      `--admin-hosts=${name}.${namespace}`,
      // The Lease of the leader is in the namespace of this name.
      `--gateway=${namespace}/default`,
      `--gateway-image=${image}`,
      '--log-level=info',
    ],
    ports: [{ name: 'admin', containerPort: adminPort }],
    livenessProbe: { httpGet: { path: '/healthz', port: 'admin' }, periodSeconds: 10 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'admin' }, periodSeconds: 5 },
    resources: { requests: { cpu: '50m', memory: '192Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  }
}

function labelsOf({ version }: OperatorInstallation): object {
  return { ...selector, 'app.kubernetes.io/version': version }
}

function tcp(port: number | string): object {
  return { protocol: 'TCP', port }
}
