import { append } from '@fairlead/base'
import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkLabelKey,
  forbiddenField,
  GoSyntax,
  goQuote,
  invalidField,
  validateLabels,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { textAt, type Fields } from '../../../definitions/fields.ts'
import { checkAddress, checkBlock, checkNonSpecialAddress } from '../../shared/ip-address.ts'
import { errorsOf, type Place } from '../../shared/place.ts'
import { checkPortName, checkPortNumber } from '../../shared/port.ts'
import { validateAddresses } from './service-addresses.ts'
import {
  isExternallyAccessible,
  isHeadless,
  needsHealthCheckPort,
  specOf,
} from './service-fields.ts'

const hintsAnnotation = 'service.kubernetes.io/topology-aware-hints'
const modeAnnotation = 'service.kubernetes.io/topology-mode'
const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const kubeletPort = 10_250
const affinitySecondsMax = 86_400
const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const onlyForBalancers = "may only be used when `type` is 'LoadBalancer'"

/** As ValidateService in Kubernetes' core validation. */
export function validateService(service: KubernetesObject): FieldError[] {
  return errorsOf(service, (root) => {
    validateTopology(root, service)
    const spec = root.within('spec')
    const type = spec.text('type')
    if (spec.items('ports').length === 0 && !isHeadless(spec.fields) && type !== 'ExternalName') {
      spec.required('ports')
    }
    validateType(spec)
    validatePorts(spec)
    if (spec.has('selector')) {
      append(spec.found, validateLabels(spec.textMap('selector'), 'spec.selector'))
    }
    validateAffinity(spec)
    append(spec.found, validateAddresses(spec.fields))
    for (const [index, address] of spec.texts('externalIPs').entries()) {
      const wrong = checkAddress(address)
      const problems = wrong.length > 0 ? wrong : checkNonSpecialAddress(address)
      spec.problems(`externalIPs[${index}]`, problems, address)
    }
    spec.requiredOneOf('type', types)
    validateUniquePorts(spec)
    validateSourceRanges(spec, service)
    validateBalancer(spec)
    validateTraffic(spec)
  })
}

/** As ValidateServiceStatusUpdate in Kubernetes' core validation. */
export function validateServiceStatus(service: KubernetesObject): FieldError[] {
  return errorsOf(service, (root) => {
    for (const point of root.within('status').within('loadBalancer').each('ingress')) {
      const address = point.text('ip')
      if (root.within('spec').text('type') !== 'LoadBalancer') {
        root.forbidden(
          'status.loadBalancer.ingress',
          "may only be used when `spec.type` is 'LoadBalancer'",
        )
        return
      }
      if (address !== '') point.problems('ip', checkAddress(address))
      if (!point.has('ipMode')) {
        if (address !== '') point.required('ipMode', 'must be specified when `ip` is set')
      } else if (address === '') {
        point.forbidden('ipMode', 'may not be specified when `ip` is not set')
      } else point.oneOf('ipMode', ['Proxy', 'VIP'])
      const hostname = point.text('hostname')
      if (hostname === '') continue
      point.problems('hostname', checkDnsSubdomain(hostname))
      if (checkAddress(hostname).length === 0) {
        point.invalid('hostname', 'must be a DNS name, not an IP address')
      }
    }
  })
}

/** What of ValidateServiceUpdate is about the difference, apart from addresses. */
export function validateServiceChange(
  service: KubernetesObject,
  previous: KubernetesObject,
): FieldError[] {
  const next = specOf(service)
  const before = specOf(previous)
  const found: FieldError[] = []
  const areBalancers = next['type'] === 'LoadBalancer' && before['type'] === 'LoadBalancer'
  if (areBalancers && next['loadBalancerClass'] !== before['loadBalancerClass']) {
    const shown = next['loadBalancerClass'] ?? 'null'
    found.push(invalidField('spec.loadBalancerClass', shown, 'may not change once set'))
  }
  append(
    found,
    errorsOf(service, (root) => validateBalancerClass(root.within('spec'))),
  )
  const areChecked = needsHealthCheckPort(next) && needsHealthCheckPort(before)
  if (areChecked && next['healthCheckNodePort'] !== before['healthCheckNodePort']) {
    found.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'))
  }
  return found
}

function validateTopology(root: Place, { metadata }: KubernetesObject): void {
  const hints = metadata.annotations?.[hintsAnnotation]
  const mode = metadata.annotations?.[modeAnnotation]
  if (hints === undefined || mode === undefined || hints === mode) return
  const detail = `must match annotations[${hintsAnnotation}] when both are specified`
  root.invalid(`metadata.annotations[${modeAnnotation}]`, detail, mode)
}

function validateType(spec: Place): void {
  switch (spec.text('type')) {
    case 'LoadBalancer':
      for (const port of spec.each('ports')) {
        if (port.number('port') !== kubeletPort) continue
        const detail = `may not expose port ${kubeletPort} externally since it is used by kubelet`
        port.invalid('', detail, goServicePort(port.fields))
      }
      refuseHeadless(spec, 'LoadBalancer')
      break
    case 'NodePort':
      refuseHeadless(spec, 'NodePort')
      break
    case 'ExternalName': {
      const detail = 'may not be set for ExternalName services'
      if (spec.items('clusterIPs').length > 0) spec.forbidden('clusterIPs', detail)
      if (spec.items('ipFamilies').length > 0) spec.forbidden('ipFamilies', detail)
      if (spec.has('ipFamilyPolicy')) spec.forbidden('ipFamilyPolicy', detail)
      const name = spec.text('externalName').replace(/\.$/, '')
      if (name === '') spec.required('externalName')
      else spec.problems('externalName', checkDnsSubdomain(name), name)
      break
    }
    default:
  }
}

function refuseHeadless(spec: Place, type: string): void {
  if (!isHeadless(spec.fields)) return
  spec.invalid('clusterIPs[0]', `may not be set to 'None' for ${type} services`, 'None')
}

function validatePorts(spec: Place): void {
  const names = new Set<string>()
  const ports = spec.each('ports')
  for (const port of ports) {
    const name = port.text('name')
    if (name !== '') {
      port.problems('name', checkDnsLabel(name))
      if (names.has(name)) port.duplicate('name')
      names.add(name)
    } else if (ports.length > 1) port.required('name')
    port.problems('port', checkPortNumber(port.number('port')), port.number('port'))
    port.requiredOneOf('protocol', ['SCTP', 'TCP', 'UDP'])
    const target = port.fields['targetPort'] ?? 0
    if (typeof target === 'string') port.problems('targetPort', checkPortName(target))
    else port.problems('targetPort', checkPortNumber(Number(target)), target)
    if (port.has('appProtocol')) {
      port.problems('appProtocol', checkLabelKey(port.text('appProtocol')))
    }
  }
}

function validateAffinity(spec: Place): void {
  spec.requiredOneOf('sessionAffinity', ['ClientIP', 'None'])
  const config = spec.at('sessionAffinityConfig')
  const affinity = spec.text('sessionAffinity')
  if (affinity === 'None' && config !== undefined) {
    spec.forbidden('sessionAffinityConfig', 'must not be set when session affinity is None')
  }
  if (affinity !== 'ClientIP') return
  const missing = 'when session affinity type is ClientIP'
  const client = config?.at('clientIP')
  if (config === undefined) spec.required('sessionAffinityConfig', missing)
  else if (client === undefined) config.required('clientIP', missing)
  else if (!client.has('timeoutSeconds')) client.required('timeoutSeconds', missing)
  else {
    const seconds = client.number('timeoutSeconds')
    if (seconds <= 0 || seconds > affinitySecondsMax) {
      const detail = `must be greater than 0 and less than ${affinitySecondsMax}`
      client.invalid('timeoutSeconds', detail)
    }
  }
}

function validateUniquePorts(spec: Place): void {
  const ports = spec.each('ports')
  if (spec.text('type') === 'ClusterIP') {
    for (const port of ports) {
      if (port.number('nodePort') === 0) continue
      port.forbidden('nodePort', "may not be used when `type` is 'ClusterIP'")
    }
  }
  const nodePorts = new Set<string>()
  for (const port of ports) {
    if (port.number('nodePort') === 0) continue
    const key = `${port.text('protocol')}/${port.number('nodePort')}`
    if (nodePorts.has(key)) port.duplicate('nodePort')
    nodePorts.add(key)
  }
  const numbers = new Set<string>()
  for (const port of ports) {
    const { port: number, protocol } = port.fields
    const key = `${port.text('protocol')}/${port.number('port')}`
    if (numbers.has(key)) port.duplicate('', goServicePort({ port: number, protocol }))
    numbers.add(key)
  }
}

/** A port as Go's `%#v` shows it. */
function goServicePort(port: Fields): GoSyntax {
  const text = (field: string): string => goQuote(textAt(port, field))
  const target = port['targetPort']
  const targetPort =
    typeof target === 'string'
      ? `{Type:1, IntVal:0, StrVal:${goQuote(target)}}`
      : `{Type:0, IntVal:${Number(target ?? 0)}, StrVal:""}`
  return new GoSyntax(
    `core.ServicePort{Name:${text('name')}, Protocol:${text('protocol')}, ` +
      `AppProtocol:(*string)(nil), Port:${Number(port['port'] ?? 0)}, ` +
      `TargetPort:intstr.IntOrString${targetPort}, NodePort:${Number(port['nodePort'] ?? 0)}}`,
  )
}

function validateSourceRanges(spec: Place, { metadata }: KubernetesObject): void {
  const isBalancer = spec.text('type') === 'LoadBalancer'
  const ranges = spec.texts('loadBalancerSourceRanges')
  if (ranges.length > 0) {
    const field = 'LoadBalancerSourceRanges'
    if (!isBalancer) spec.forbidden(field, onlyForBalancers)
    for (const [index, range] of ranges.entries()) {
      const trimmed = range.trim()
      spec.problems(`${field}[${index}]`, checkBlock(trimmed), trimmed)
    }
    return
  }
  const annotation = metadata.annotations?.[sourceRangesAnnotation]
  if (annotation === undefined) return
  const field = `metadata.annotations[${sourceRangesAnnotation}]`
  if (!isBalancer) spec.found.push(forbiddenField(field, onlyForBalancers))
  if (annotation.trim() === '') return
  for (const range of annotation.trim().split(',')) {
    const trimmed = range.trim()
    append(
      spec.found,
      checkBlock(trimmed).map((each) => invalidField(field, trimmed, each)),
    )
  }
}

function validateBalancer(spec: Place): void {
  const isBalancer = spec.text('type') === 'LoadBalancer'
  if (!isBalancer && spec.has('allocateLoadBalancerNodePorts')) {
    spec.forbidden('allocateLoadBalancerNodePorts', onlyForBalancers)
  }
  validateBalancerClass(spec)
}

/** What of validateLoadBalancerClassField in Kubernetes' core validation holds for every Service. */
function validateBalancerClass(spec: Place): void {
  if (!spec.has('loadBalancerClass')) return
  if (spec.text('type') === 'LoadBalancer') {
    spec.problems('loadBalancerClass', checkLabelKey(spec.text('loadBalancerClass')))
  } else spec.forbidden('loadBalancerClass', onlyForBalancers)
}

function validateTraffic(spec: Place): void {
  if (isExternallyAccessible(spec.fields)) {
    spec.requiredOneOf('externalTrafficPolicy', ['Cluster', 'Local'])
  } else if (spec.text('externalTrafficPolicy') !== '') {
    const detail = 'may only be set for externally-accessible services'
    spec.invalid('externalTrafficPolicy', detail)
  }
  const port = spec.number('healthCheckNodePort')
  if (!needsHealthCheckPort(spec.fields)) {
    if (port !== 0) {
      const detail =
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
      spec.invalid('healthCheckNodePort', detail)
    }
  } else if (port === 0) spec.required('healthCheckNodePort')
  else spec.problems('healthCheckNodePort', checkPortNumber(port))
  const isInternal = ['NodePort', 'LoadBalancer', 'ClusterIP'].includes(spec.text('type'))
  if (isInternal && !spec.has('internalTrafficPolicy')) spec.required('internalTrafficPolicy')
  spec.oneOf('internalTrafficPolicy', ['Cluster', 'Local'])
  spec.oneOf('trafficDistribution', ['PreferClose'])
}
