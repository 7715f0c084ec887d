import { formatIp, goQuote, parseCidr, parseIp, type KubernetesObject } from '@fairlead/kube-core'

import { textAt, textsAt } from '../../../definitions/fields.ts'
import { specOf } from './service-fields.ts'

const hintsAnnotation = 'service.kubernetes.io/topology-aware-hints'

/** As GetWarningsForService in Kubernetes' service helpers. */
export function serviceWarnings(service: KubernetesObject): string[] {
  const spec = specOf(service)
  const hasHints = service.metadata.annotations?.[hintsAnnotation] !== undefined
  const named = (field: string) =>
    textsAt(spec, field).map((text, index) => [`spec.${field}[${index}]`, text] as const)
  const balancer = textAt(spec, 'loadBalancerIP')
  const addresses = [
    ...named('clusterIPs').filter(([, text]) => text !== 'None'),
    ...named('externalIPs'),
    ...(balancer === '' ? [] : [['spec.loadBalancerIP', balancer] as const]),
  ]
  const found = [
    ...(hasHints
      ? [
          `annotation ${hintsAnnotation} is deprecated, please use service.kubernetes.io/topology-mode instead`,
        ]
      : []),
    ...addresses.flatMap(([field, text]) => addressWarning(field, text)),
    ...named('loadBalancerSourceRanges').flatMap(([field, text]) => blockWarning(field, text)),
  ]
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
  if (address === undefined) return laterInvalid(field, 'IP address', leadingZero(text))
  if (address.family !== 6 || formatIp(address) === text) return []
  return [
    `${field}: IPv6 address "${text}" is not in RFC 5952 canonical format ("${formatIp(address)}"), ` +
      'which may cause controller apply-loops',
  ]
}

function blockWarning(field: string, text: string): string[] {
  const block = parseCidr(text)
  if (block === undefined) {
    const [address = ''] = text.split('/', 1)
    return laterInvalid(
      field,
      'IP prefix',
      `netip.ParsePrefix(${goQuote(text)}): ${leadingZero(address)}`,
    )
  }
  if (block.address.family !== 6) return []
  const canonical = `${formatIp(block.address)}/${block.prefixLength}`
  if (canonical === text) return []
  return [
    `${field}: IPv6 prefix "${text}" is not in RFC 5952 canonical format ("${canonical}"), ` +
      'which may cause controller apply-loops',
  ]
}

/** What only an older Go could read. */
function laterInvalid(field: string, what: string, problem: string): string[] {
  if (!/(?:^|[.:"(])0\d/.test(problem)) return []
  return [
    `${field}: ${what} was accepted, but will be invalid in a future Kubernetes release: ${problem}`,
  ]
}

function leadingZero(address: string): string {
  return `ParseAddr(${goQuote(address)}): IPv4 field has octet with leading zero`
}
