import { Type } from 'typebox'
import {
  atomicList,
  choice,
  flag,
  freeObject,
  integer,
  mapList,
  object,
  record,
  setList,
  text,
} from './schema/fields.ts'
import { duration, namespaceName, numberOrPercent, objectName, quantity } from './schema/formats.ts'
import { labelSelector } from './schema/label-selector.ts'

const replicasMax = 100

const autoscaling = object(
  'A HorizontalPodAutoscaler chooses the number of replicas. Without a target it aims at 80 percent of the requested CPU.',
  {
    minReplicas: integer('Fewest replicas. Defaults to 1.', {
      min: 1,
      max: replicasMax,
      default: 1,
    }),
    maxReplicas: integer('Most replicas.', { min: 1, max: replicasMax }),
    targetCPUPercent: Type.Optional(
      integer('CPU that replicas should use, in percent of what they request.', {
        min: 1,
        max: 1000,
      }),
    ),
    targetInFlight: Type.Optional(
      integer(
        'Calls that a replica should have at a time. Needs a metrics adapter that serves the metric fairlead_gateway_in_flight_requests of Pods.',
        { min: 1, max: 100_000 },
      ),
    ),
  },
  {
    rules: [
      {
        rule: 'self.minReplicas <= self.maxReplicas',
        message: 'minReplicas cannot be more than maxReplicas',
      },
    ],
  },
)

const resourceList = (what: string) =>
  Type.Optional(
    record(`${what} by resource, such as cpu and memory.`, quantity('An amount.'), { max: 16 }),
  )

const resources = object(
  'What a replica requests of its node, and may use. Given as a whole, in place of the defaults.',
  { requests: resourceList('What is requested'), limits: resourceList('What may be used') },
  {
    default: { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '1Gi' } },
  },
)

const service = object(
  'The Service that callers connect to.',
  {
    type: choice(
      'ClusterIP: within the cluster; NodePort: at a port of every node; LoadBalancer: at an address of its own. Defaults to ClusterIP.',
      ['ClusterIP', 'NodePort', 'LoadBalancer'],
      { default: 'ClusterIP' },
    ),
    port: integer('Port of the Service. Defaults to 80.', { min: 1, max: 65535, default: 80 }),
    annotations: Type.Optional(
      record('Annotations of the Service.', text('Value of the annotation.', { max: 4096 }), {
        max: 64,
      }),
    ),
    loadBalancerClass: Type.Optional(
      text('Which implementation gives the address, for type LoadBalancer.', { min: 1, max: 317 }),
    ),
  },
  {
    default: {},
    rules: [
      {
        rule: "!has(self.loadBalancerClass) || self.type == 'LoadBalancer'",
        message: 'loadBalancerClass goes with type LoadBalancer only',
      },
    ],
  },
)

const disruptionBudget = object(
  'How many replicas may be gone while nodes are drained. Defaults to maxUnavailable: 1.',
  {
    maxUnavailable: Type.Optional(
      numberOrPercent('At most so many may be unavailable: a number, or a percentage.'),
    ),
    minAvailable: Type.Optional(
      numberOrPercent('At least so many must be available: a number, or a percentage.'),
    ),
  },
  {
    default: {},
    rules: [
      {
        rule: '!(has(self.maxUnavailable) && has(self.minAvailable))',
        message: 'give maxUnavailable or minAvailable, not both',
      },
    ],
  },
)

const peer = object(
  'Pods, the Pods of namespaces, or a range of addresses.',
  {
    podSelector: Type.Optional(
      labelSelector(
        "Selects Pods; without namespaceSelector, of the gateway's namespace.",
        'a Pod',
      ),
    ),
    namespaceSelector: Type.Optional(
      labelSelector('Selects namespaces, all of whose Pods are meant.', 'a namespace'),
    ),
    ipBlock: Type.Optional(
      object('A range of addresses.', {
        cidr: text('The range, such as 10.0.0.0/8.', { min: 3, max: 64 }),
        except: Type.Optional(
          setList('Ranges within it that are not meant.', text('A range.', { min: 3, max: 64 }), {
            max: 64,
          }),
        ),
      }),
    ),
  },
  {
    rules: [
      {
        rule: 'has(self.ipBlock) != (has(self.podSelector) || has(self.namespaceSelector))',
        message: 'give ipBlock, or podSelector and namespaceSelector, not both and not none',
      },
    ],
  },
)

const networkPolicy = object(
  'The NetworkPolicy of the replicas: who may connect to them, and where they may connect to.',
  {
    enabled: flag('Whether it is made. Defaults to true.', { default: true }),
    from: atomicList('Who may call. Empty lets everybody call. Defaults to empty.', peer, {
      max: 64,
      default: [],
    }),
    monitoringFrom: atomicList(
      'Who may read metrics, at port 9464. Empty lets every Pod of the cluster read them. Defaults to empty.',
      peer,
      { max: 64, default: [] },
    ),
    egressPorts: setList(
      'Further ports that the replicas may connect to, such as those of stores whose URLs are in Secrets. The ports of DNS, the API server, Redis and of the URLs in the configuration are always among them. Defaults to none.',
      integer('A port.', { min: 1, max: 65535 }),
      { max: 64, default: [] },
    ),
  },
  { default: {} },
)

const parentRef = object('A Gateway of the Gateway API.', {
  name: objectName('Name of the Gateway.'),
  namespace: Type.Optional(
    namespaceName(
      "Namespace of the Gateway, whose listener must allow routes of this one. Defaults to the gateway's.",
    ),
  ),
  sectionName: Type.Optional(
    text('One listener of the Gateway. Defaults to all that match.', { min: 1, max: 253 }),
  ),
  port: Type.Optional(integer('Port of the listener. Defaults to any.', { min: 1, max: 65535 })),
})

const podMonitor = object(
  'A PodMonitor of the Prometheus operator, which must be installed, has Prometheus read the metrics.',
  {
    interval: duration('How often they are read. Defaults to 30s.', { default: '30s' }),
    labels: Type.Optional(
      record(
        'Labels of the PodMonitor, by which a Prometheus may select it.',
        text('Value of the label.', { max: 63 }),
        { max: 32 },
      ),
    ),
  },
)

/** `spec.deployment`: how the operator runs the gateway. */
export const deployment = object(
  'How the operator runs the gateway: it makes a Deployment, a Service and what belongs to them, each named after the gateway with -gateway behind it, and keeps them so. Without it, somebody else runs the gateway.',
  {
    replicas: Type.Optional(
      integer('Number of replicas. Defaults to 1.', { min: 0, max: replicasMax }),
    ),
    autoscaling: Type.Optional(autoscaling),
    image: Type.Optional(
      text('Image of the gateway. Defaults to the one of the same version as the operator.', {
        min: 1,
        max: 1024,
        pattern: '^[^\\s]+$',
      }),
    ),
    imagePullPolicy: Type.Optional(
      choice('When the image is pulled. Defaults to what Kubernetes chooses by its tag.', [
        'Always',
        'IfNotPresent',
        'Never',
      ]),
    ),
    imagePullSecrets: Type.Optional(
      mapList(
        "Secrets of the gateway's namespace with which the image is pulled.",
        ['name'],
        object('A Secret.', { name: objectName('Name of the Secret.') }),
        { max: 16 },
      ),
    ),
    resources,
    podTemplate: Type.Optional(
      freeObject(
        'Changes of the Pod template, as a strategic merge patch: what it has is added to what the operator makes, or replaces it. The container is called gateway.',
      ),
    ),
    service,
    disruptionBudget,
    networkPolicy,
    parentRefs: Type.Optional(
      atomicList(
        'Gateways of the Gateway API, which must be installed, that callers come through: an HTTPRoute from there to the Service is made.',
        parentRef,
        { min: 1, max: 32 },
      ),
    ),
    hostnames: Type.Optional(
      setList(
        'Host names of the HTTPRoute. Without them, those of the listeners.',
        text('A host name, which may begin with *.', {
          min: 1,
          max: 253,
          pattern: '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
        }),
        { min: 1, max: 16 },
      ),
    ),
    podMonitor: Type.Optional(podMonitor),
    drain: duration(
      'How long a replica that is to stop goes on with the calls that it has. From 1s to 1h. Defaults to 30s.',
      { default: '30s' },
    ),
  },
  {
    rules: [
      {
        rule: '!(has(self.replicas) && has(self.autoscaling))',
        message: 'give replicas or autoscaling, not both',
      },
      {
        rule: '!has(self.hostnames) || has(self.parentRefs)',
        message: 'hostnames are those of the HTTPRoute: they need parentRefs',
      },
    ],
  },
)

const count = (description: string) =>
  Type.Optional(integer(description, { min: 0, max: 2 ** 31 - 1 }))

/** What of `status` is about the deployment. */
export const deploymentStatusFields = {
  addresses: Type.Optional(
    atomicList(
      'Where callers reach the gateway, the best address first.',
      object('An address.', {
        type: choice('What the address is.', ['Hostname', 'IPAddress', 'URL']),
        value: text('The address.', { min: 1, max: 512 }),
      }),
      { max: 16 },
    ),
  ),
  deployment: Type.Optional(
    object('The replicas that the operator runs.', {
      replicas: count('Number of replicas that there are.'),
      readyReplicas: count('Number of replicas that serve calls.'),
      updatedReplicas: count('Number of replicas that are as the spec says now.'),
      summary: Type.Optional(text('Ready and wanted replicas, such as 2/3.', { max: 32 })),
      selector: Type.Optional(text('Label selector of the Pods, for autoscalers.', { max: 1024 })),
      version: Type.Optional(
        text('Version of Fairlead that the replicas run; several, if they differ.', { max: 512 }),
      ),
      versionSkew: Type.Optional(
        flag('Whether replicas run another version than each other, or than the operator.'),
      ),
    }),
  ),
} as const
