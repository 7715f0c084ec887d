import {
  admissionClusterRules,
  admissionRules,
  adminRules,
  editRules,
  operatorRules,
  type PolicyRule,
  viewRules,
  webhookConfigurationName,
} from '@fairlead/operator'

const name = 'fairlead-operator'
const adminPort = 9464
const webhookPort = 9443
/** Of the certificates of the webhooks. */
const secretName = `${name}-certificate`
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
    ...webhooks(installation),
    deployment(installation),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        // Its caches, and so its readiness, may wait for a conversion that it makes itself.
        publishNotReadyAddresses: true,
        selector,
        ports: [
          { name: 'admin', port: adminPort, targetPort: 'admin' },
          { name: 'webhooks', port: 443, targetPort: 'webhooks' },
        ],
      },
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
        ingress: [{ ports: [tcp('admin')] }, { ports: [tcp('webhooks')] }],
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
  const { namespace } = installation
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
    role(name, [
      ...operatorRules,
      ...admissionClusterRules(webhookConfigurationName({ namespace, name })),
    ]),
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
    role('fairlead-view', viewRules, ['view']),
    role('fairlead-edit', editRules, ['admin', 'edit']),
    role('fairlead-admin', adminRules, ['admin']),
  ]
}

/** What the operator fills in: its webhooks, and the Secret of their certificates. */
function webhooks(installation: OperatorInstallation): readonly object[] {
  const { namespace } = installation
  const labels = labelsOf(installation)
  const metadata = { name: secretName, namespace, labels }
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: webhookConfigurationName({ namespace, name }), labels },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules: admissionRules(secretName) },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: secretName },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
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
      `--webhook-service=${namespace}/${name}`,
      `--webhook-port=${webhookPort}`,
      '--webhook-failure-policy=Ignore',
    ],
    ports: [
      { name: 'admin', containerPort: adminPort },
      { name: 'webhooks', containerPort: webhookPort },
    ],
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
