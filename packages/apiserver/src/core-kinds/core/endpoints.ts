import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelKey,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { listAt, numberAt, recordsAt, textAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { checkAddress, checkNonSpecialAddress } from '../shared/ip-address.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { checkPortNumber } from '../shared/port.ts'

/** As Kubernetes' Endpoints strategy, defaults and validation. */
export const endpointsRules: KindRules = {
  group: '',
  plural: 'endpoints',
  columns: [textColumn('Endpoints', 'Where its service is found', addressesOf)],
  writeRules: {
    defaults(endpoints) {
      for (const subset of recordsAt(endpoints, 'subsets')) {
        for (const port of recordsAt(subset, 'ports')) port['protocol'] ||= 'TCP'
      }
    },
    validate: (endpoints) =>
      errorsOf(endpoints, (root) => {
        for (const subset of root.each('subsets')) validateSubset(subset)
      }),
  },
}

function validateSubset(subset: Place): void {
  const lists = ['addresses', 'notReadyAddresses']
  if (lists.every((list) => subset.items(list).length === 0)) {
    subset.required('', 'must specify `addresses` or `notReadyAddresses`')
  }
  for (const list of lists) {
    for (const address of subset.each(list)) validateAddress(address)
  }
  const ports = subset.each('ports')
  for (const port of ports) validatePort(port, ports.length > 1)
}

function validateAddress(address: Place): void {
  const ip = address.text('ip')
  address.problems('ip', checkAddress(ip), ip)
  const hostname = address.text('hostname')
  if (hostname !== '') address.problems('hostname', checkDnsLabel(hostname))
  if (address.has('nodeName')) {
    address.problems('nodeName', checkDnsSubdomain(address.text('nodeName')))
  }
  address.problems('ip', checkNonSpecialAddress(ip), ip)
}

function validatePort(port: Place, needsName: boolean): void {
  const name = port.text('name')
  if (name !== '') port.problems('name', checkDnsLabel(name))
  else if (needsName) port.required('name')
  port.problems('port', checkPortNumber(port.number('port')), port.number('port'))
  port.requiredOneOf('protocol', ['SCTP', 'TCP', 'UDP'])
  if (port.has('appProtocol')) port.problems('appProtocol', checkLabelKey(port.text('appProtocol')))
}

/** At most three, and how many more there are. */
function addressesOf(endpoints: KubernetesObject): string {
  const all = recordsAt(endpoints, 'subsets').flatMap((subset) => {
    const ips = recordsAt(subset, 'addresses').map((address) => textAt(address, 'ip'))
    if (listAt(subset, 'ports').length === 0) return ips
    return recordsAt(subset, 'ports').flatMap((port) =>
      ips.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}:${numberAt(port, 'port') ?? 0}`),
    )
  })
  if (listAt(endpoints, 'subsets').length === 0) return '<none>'
  const shown = all.slice(0, 3).join(',')
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown
}
