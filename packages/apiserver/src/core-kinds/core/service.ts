import type { FieldError, KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'

/** A Service is stored as given: no addresses are allocated and nothing is proxied. */
export const serviceRules: KindRules = {
  group: '',
  plural: 'services',
  nameRule: 'label',
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
}

function fillIn(service: KubernetesObject): void {
  service['spec'] ??= {}
  const spec = recordAt(service, 'spec')
  spec['type'] ??= 'ClusterIP'
  spec['sessionAffinity'] ??= 'None'
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
  const selector = recordAt(recordAt(service, 'spec'), 'selector')
  const terms = Object.entries(selector).map(([key, value]) => `${key}=${String(value)}`)
  return terms.length === 0 ? '<none>' : terms.join(',')
}
