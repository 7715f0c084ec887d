import type { KubernetesObject } from '@fairlead/kube-core'

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
import { serviceWarnings } from './service-warnings.ts'

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
      validate: (service, previous) => [
        ...(previous === undefined
          ? []
          : [
              ...validateAddressChange(specOf(service), specOf(previous)),
              ...validateServiceChange(service, previous),
            ]),
        ...validateService(service),
      ],
      validateStatus: validateServiceStatus,
      warnings: serviceWarnings,
    },
  }
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
