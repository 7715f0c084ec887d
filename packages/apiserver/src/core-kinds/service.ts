import type { FieldError, KubernetesObject } from '@fairlead/kube-core'

import { textColumn } from '../definitions/standard-columns.ts'
import { builtInKind, recordAt, textAt } from '../definitions/built-in-kind.ts'
import {
  atomic,
  flag,
  integer,
  keyedList,
  list,
  object,
  text,
  textMap,
} from '../definitions/schema-builder.ts'

const portSchema = object(
  'A port of the service.',
  {
    name: text('Name of the port, unique in the service.'),
    protocol: text('TCP, UDP or SCTP.', { default: 'TCP', enum: ['TCP', 'UDP', 'SCTP'] }),
    port: integer('The port of the service.', { format: 'int32' }),
    targetPort: {
      description: 'The port of the programs behind it, by number or name.',
      'x-kubernetes-int-or-string': true,
    },
    nodePort: integer('The port on every node.', { format: 'int32' }),
    appProtocol: text('The application protocol, as a hint.'),
  },
  { required: ['port'] },
)

/** A service is stored as it is given: no addresses are allocated and nothing is proxied. */
export const serviceKind = builtInKind({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  shortNames: ['svc'],
  categories: ['all'],
  openApiModule: 'api.core.v1',
  nameRule: 'label',
  hasStatusSubresource: true,
  description: 'Service names a set of programs that answer on a port.',
  properties: {
    spec: object('What the service offers.', {
      type: text('How it can be reached.', {
        default: 'ClusterIP',
        enum: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'],
      }),
      selector: atomic(textMap('Labels of the pods behind the service.')),
      ports: keyedList('The ports of the service.', ['port', 'protocol'], portSchema),
      clusterIP: text('The address of the service.'),
      clusterIPs: list('All addresses of the service.', { type: 'string' }),
      externalIPs: list('Further addresses.', { type: 'string' }),
      externalName: text('The host name that an ExternalName service stands for.'),
      externalTrafficPolicy: text('Cluster or Local.'),
      internalTrafficPolicy: text('Cluster or Local.'),
      trafficDistribution: text('Where traffic should rather go.'),
      ipFamilies: list('Address families.', { type: 'string' }),
      ipFamilyPolicy: text('SingleStack, PreferDualStack or RequireDualStack.'),
      loadBalancerClass: text('Which load balancer implementation serves it.'),
      loadBalancerIP: text('The wanted address of the load balancer.'),
      loadBalancerSourceRanges: list('Who may use the load balancer.', { type: 'string' }),
      allocateLoadBalancerNodePorts: flag('Whether a load balancer gets node ports.'),
      healthCheckNodePort: integer('Node port of the health check.', { format: 'int32' }),
      publishNotReadyAddresses: flag('Whether programs that are not ready are listed too.'),
      sessionAffinity: text('ClientIP or None.', { default: 'None' }),
      sessionAffinityConfig: object('How session affinity works.', {
        clientIP: object('Affinity by address.', {
          timeoutSeconds: integer('How long it lasts.', { format: 'int32' }),
        }),
      }),
    }),
    status: object('What is known of the service.', {
      loadBalancer: {
        type: 'object',
        description: 'State of the load balancer.',
        'x-kubernetes-preserve-unknown-fields': true,
      },
      conditions: {
        type: 'array',
        description: 'Aspects of the state.',
        items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['type'],
        'x-kubernetes-patch-merge-key': 'type',
        'x-kubernetes-patch-strategy': 'merge',
      },
    }),
  },
  selectableFields: ['spec.clusterIP', 'spec.type'],
  columns: [
    textColumn('Type', 'How it can be reached', (service) => recordAt(service, 'spec')['type']),
    textColumn('Cluster-IP', 'Its address', (service) => {
      return recordAt(service, 'spec')['clusterIP'] ?? '<none>'
    }),
    textColumn('External-IP', 'Its address from outside', externalAddress),
    textColumn('Port(s)', 'Its ports', portsOf),
    textColumn('Selector', 'The pods behind it', selectorOf, 1),
  ],
  writeRules: {
    prepareForCreate: fillIn,
    prepareForUpdate: fillIn,
    validate,
  },
})

function fillIn(service: KubernetesObject): void {
  for (const port of portList(service)) port['targetPort'] ??= port['port']
  service['status'] ??= { loadBalancer: {} }
}

function portList(service: KubernetesObject): Record<string, unknown>[] {
  const { ports } = recordAt(service, 'spec')
  return Array.isArray(ports) ? (ports as Record<string, unknown>[]) : []
}

function validate(service: KubernetesObject): FieldError[] {
  const { type, clusterIP } = recordAt(service, 'spec')
  const ports = portList(service)
  const field = 'spec.ports'
  const found: FieldError[] = []
  if (ports.length === 0 && type !== 'ExternalName' && clusterIP !== 'None') {
    found.push({ type: 'Required', field, detail: '' })
  }
  for (const [index, { port, name }] of ports.entries()) {
    if (typeof port === 'number' && (port < 1 || port > 65535)) {
      const detail = 'must be between 1 and 65535, inclusive'
      found.push({ type: 'Invalid', field: `${field}[${index}].port`, badValue: port, detail })
    }
    if (ports.length > 1 && !name) {
      found.push({ type: 'Required', field: `${field}[${index}].name`, detail: '' })
    }
  }
  return found
}

function externalAddress(service: KubernetesObject): string {
  const spec = recordAt(service, 'spec')
  const { type, externalIPs } = spec
  if (type === 'ExternalName') return textAt(spec, 'externalName')
  if (Array.isArray(externalIPs) && externalIPs.length > 0) return externalIPs.join(',')
  return type === 'LoadBalancer' ? '<pending>' : '<none>'
}

function portsOf(service: KubernetesObject): string {
  const ports = portList(service).map(({ port, protocol }) => `${String(port)}/${String(protocol)}`)
  return ports.length === 0 ? '<none>' : ports.join(',')
}

function selectorOf(service: KubernetesObject): string {
  const selector = recordAt(recordAt(service, 'spec') as KubernetesObject, 'selector')
  const terms = Object.entries(selector).map(([key, value]) => `${key}=${String(value)}`)
  return terms.length === 0 ? '<none>' : terms.join(',')
}
