import { formatIp, parseCidr, parseIp, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../../definitions/built-in-kind.ts'
import { numberAt, recordAt, recordsAt, textAt, textsAt } from '../../../definitions/fields.ts'
import { ageColumn, nameColumn, textColumn } from '../../../definitions/standard-columns.ts'
import { validateAddressChange } from './service-addresses.ts'
import { allocate } from './service-allocation.ts'
import { defaultService } from './service-defaults.ts'
import { specOf } from './service-fields.ts'
import { ServiceRanges } from './service-ranges.ts'
import { dropForType } from './service-type-change.ts'
import {
  validateService,
  validateServiceChange,
  validateServiceStatus,
} from './service-validation.ts'

const hintsAnnotation = 'service.kubernetes.io/topology-aware-hints'

/** As Kubernetes' Service storage and strategy; each server has its own ranges. */
export function serviceRules(): KindRules {
  const ranges = new ServiceRanges()
  return {
    group: '',
    plural: 'services',
    nameRule: 'label-1035',
    selectableFields: ['spec.clusterIP', 'spec.type'],
    allColumns: [
      nameColumn,
      textColumn('Type', 'How it can be reached', (service) => textAt(specOf(service), 'type')),
      textColumn('Cluster-IP', 'Its address', (service) => {
        return textsAt(specOf(service), 'clusterIPs')[0] ?? '<none>'
      }),
      textColumn('External-IP', 'Its address from outside', externalAddress),
      textColumn('Port(s)', 'Its ports', portsOf),
      ageColumn,
      textColumn('Selector', 'The pods behind it', selectorOf, 1),
    ],
    writeRules: {
      defaults: defaultService,
      reserve: (service, reservation) => allocate(ranges, service, reservation),
      prepareForUpdate(service, previous) {
        dropForType(service, previous)
      },
      validate: validateService,
      validateUpdate: (service, previous) => [
        ...validateAddressChange(specOf(service), specOf(previous)),
        ...validateServiceChange(service, previous),
      ],
      validateStatus: validateServiceStatus,
      warnings,
    },
  }
}

/** As GetWarningsForService in Kubernetes' service helpers. */
function warnings(service: KubernetesObject): string[] {
  const spec = specOf(service)
  const found: string[] = []
  if (service.metadata.annotations?.[hintsAnnotation] !== undefined) {
    found.push(
      `annotation ${hintsAnnotation} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    )
  }
  const named = (field: string) =>
    textsAt(spec, field).map((text, index) => [`spec.${field}[${index}]`, text] as const)
  const balancer = textAt(spec, 'loadBalancerIP')
  const addresses = [
    ...named('clusterIPs').filter(([, text]) => text !== 'None'),
    ...named('externalIPs'),
    ...(balancer === '' ? [] : [['spec.loadBalancerIP', balancer] as const]),
  ]
  found.push(...addresses.flatMap(([field, text]) => addressWarning(field, text)))
  found.push(
    ...named('loadBalancerSourceRanges').flatMap(([field, text]) => blockWarning(field, text)),
  )
  const isNamed = textAt(spec, 'type') === 'ExternalName'
  if (isNamed && textsAt(spec, 'externalIPs').length > 0) {
    found.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  }
  if (!isNamed && textAt(spec, 'externalName') !== '') {
    found.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  }
  return found
}

function addressWarning(field: string, text: string): string[] {
  const address = parseIp(text)
  if (address?.family !== 6 || formatIp(address) === text) return []
  return [
    `${field}: IPv6 address "${text}" is not in RFC 5952 canonical format ("${formatIp(address)}"), ` +
      'which may cause controller apply-loops',
  ]
}

function blockWarning(field: string, text: string): string[] {
  const block = parseCidr(text)
  if (block?.address.family !== 6) return []
  const canonical = `${formatIp(block.address)}/${block.prefixLength}`
  if (canonical === text) return []
  return [
    `${field}: IPv6 prefix "${text}" is not in RFC 5952 canonical format ("${canonical}"), ` +
      'which may cause controller apply-loops',
  ]
}

function externalAddress(service: KubernetesObject): string {
  const spec = specOf(service)
  const external = textsAt(spec, 'externalIPs')
  switch (textAt(spec, 'type')) {
    case 'ExternalName':
      return textAt(spec, 'externalName')
    case 'LoadBalancer': {
      const points = recordsAt(recordAt(recordAt(service, 'status'), 'loadBalancer'), 'ingress')
      const given = points.map((point) => textAt(point, 'ip') || textAt(point, 'hostname'))
      const unique = [...new Set(given.filter((text) => text !== ''))].toSorted()
      return [...unique, ...external].join(',') || '<pending>'
    }
    default:
      return external.join(',') || '<none>'
  }
}

function portsOf(service: KubernetesObject): string {
  const ports = recordsAt(specOf(service), 'ports').map((port) => {
    const nodePort = numberAt(port, 'nodePort') ?? 0
    const number = numberAt(port, 'port') ?? 0
    return `${number}${nodePort > 0 ? `:${nodePort}` : ''}/${textAt(port, 'protocol')}`
  })
  return ports.join(',') || '<none>'
}

function selectorOf(service: KubernetesObject): string {
  const selector = Object.entries(recordAt(specOf(service), 'selector'))
  const terms = selector.map(([key, value]) => `${key}=${String(value)}`).toSorted()
  return terms.join(',') || '<none>'
}
