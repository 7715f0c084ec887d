import { append } from '@fairlead/base'
import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelKey,
  checkLabelValue,
  deepEqual,
  validateLabels,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { numberAt, optionalTextAt, recordsAt, textAt, textsAt } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { validateDomainName } from '../shared/domain-name.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { checkNonSpecialAddress, familyOf } from '../shared/ip-address.ts'
import { errorsOf, type Place } from '../shared/place.ts'

const endpointsMax = 1000
const addressesMax = 100
const portsMax = 20_000
const labelsMax = 16
const hintsMax = 8
const addressTypes = ['FQDN', 'IPv4', 'IPv6']

/** As Kubernetes' EndpointSlice strategy, defaults and validation. */
export const endpointSliceRules: KindRules = {
  group: 'discovery.k8s.io',
  plural: 'endpointslices',
  columns: [
    textColumn('AddressType', 'The type of its addresses', (slice) => textAt(slice, 'addressType')),
    textColumn('Ports', 'Its ports', portsOf),
    textColumn('Endpoints', 'Its addresses', endpointsOf),
  ],
  writeRules: {
    defaults(slice) {
      for (const port of recordsAt(slice, 'ports')) {
        port['name'] ??= ''
        port['protocol'] ??= 'TCP'
      }
    },
    prepareForCreate(slice) {
      slice.metadata.generation = 1
      dropTopology(slice)
    },
    prepareForUpdate(slice, previous) {
      // Labels count too: they say which service it is of.
      const isSame =
        ['addressType', 'endpoints', 'ports'].every((field) =>
          deepEqual(slice[field], previous[field]),
        ) && deepEqual(slice.metadata.labels ?? {}, previous.metadata.labels ?? {})
      if (!isSame) slice.metadata.generation = (previous.metadata.generation ?? 0) + 1
      if (!deepEqual(slice['endpoints'], previous['endpoints'])) dropTopology(slice)
    },
    validate: (slice) =>
      errorsOf(slice, (root) => {
        root.requiredOneOf('addressType', addressTypes)
        validateEndpoints(root)
        validatePorts(root)
      }),
    validateUpdate: (slice, previous) => immutableErrors(slice, previous, '', ['addressType']),
  },
}

/** A field of an older version, which this one only reads: as dropTopologyOnV1. */
function dropTopology(slice: MutableObject): void {
  for (const endpoint of recordsAt(slice, 'endpoints')) delete endpoint['deprecatedTopology']
}

function validateEndpoints(root: Place): void {
  const endpoints = root.each('endpoints')
  if (endpoints.length > endpointsMax) {
    root.tooMany('endpoints', endpoints.length, endpointsMax)
    return
  }
  for (const endpoint of endpoints) {
    validateAddresses(endpoint, root.text('addressType'))
    if (endpoint.has('nodeName')) {
      endpoint.problems('nodeName', checkDnsSubdomain(endpoint.text('nodeName')))
    }
    const topology = endpoint.textMap('deprecatedTopology')
    const count = Object.keys(topology).length
    if (count > labelsMax) endpoint.tooMany('deprecatedTopology', count, labelsMax)
    append(endpoint.found, validateLabels(topology, endpoint.pathOf('deprecatedTopology')))
    if (endpoint.has('hostname')) {
      endpoint.problems('hostname', checkDnsLabel(endpoint.text('hostname')))
    }
    const hints = endpoint.at('hints')
    if (hints !== undefined) validateHints(hints)
  }
}

function validateAddresses(endpoint: Place, type: string): void {
  const addresses = endpoint.texts('addresses')
  if (addresses.length === 0) {
    endpoint.required('addresses', 'must contain at least 1 address')
  } else if (addresses.length > addressesMax) {
    endpoint.tooMany('addresses', addresses.length, addressesMax)
  }
  for (const [index, address] of addresses.entries()) {
    const field = `addresses[${index}]`
    switch (type) {
      case 'IPv4':
      case 'IPv6':
        if (familyOf(address) !== type) {
          endpoint.invalid(field, `must be a valid ${type} address`, address)
        }
        endpoint.problems(field, checkNonSpecialAddress(address), address)
        break
      case 'FQDN':
        validateDomainName(endpoint, field, address)
        break
      default:
    }
  }
}

function validateHints(hints: Place): void {
  const zones = hints.each('forZones')
  if (zones.length > hintsMax) {
    hints.tooMany('forZones', zones.length, hintsMax)
    return
  }
  const names = new Set<string>()
  for (const zone of zones) {
    const name = zone.text('name')
    if (names.has(name)) zone.duplicate('name', name)
    names.add(name)
    zone.problems('name', checkLabelValue(name), name)
  }
}

function validatePorts(root: Place): void {
  const ports = root.each('ports')
  if (ports.length > portsMax) {
    root.tooMany('ports', ports.length, portsMax)
    return
  }
  const names = new Set<string>()
  for (const port of ports) {
    const name = port.text('name')
    if (name !== '') port.problems('name', checkDnsLabel(name))
    if (names.has(name)) port.duplicate('name', name)
    names.add(name)
    if (port.has('protocol')) port.oneOf('protocol', ['SCTP', 'TCP', 'UDP'])
    else port.required('protocol')
    if (port.has('appProtocol')) {
      port.problems('appProtocol', checkLabelKey(port.text('appProtocol')))
    }
  }
}

function portsOf(slice: KubernetesObject): string {
  return firstThree(
    recordsAt(slice, 'ports').map((port) => {
      const number = numberAt(port, 'port')
      return number === undefined ? (optionalTextAt(port, 'name') ?? '*') : String(number)
    }),
  )
}

function endpointsOf(slice: KubernetesObject): string {
  return firstThree(
    recordsAt(slice, 'endpoints').flatMap((endpoint) => textsAt(endpoint, 'addresses')),
  )
}

function firstThree(all: readonly string[]): string {
  const shown = all.slice(0, 3).join(',')
  return all.length > 3 ? `${shown} + ${all.length - 3} more...` : shown || '<unset>'
}
