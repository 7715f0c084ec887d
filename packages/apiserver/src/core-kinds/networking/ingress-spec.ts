import {
  checkDns1035Label,
  checkDnsSubdomain,
  GoSyntax,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { recordAt } from '../../definitions/fields.ts'
import { checkWildcardDomain } from '../shared/domain-name.ts'
import { parseAddress } from '../shared/ip-address.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { checkPortName, checkPortNumber } from '../shared/port.ts'
import { validateTypedReference } from './typed-reference.ts'

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']
const invalidSequences = ['//', '/./', '/../', '%2f', '%2F']
const invalidEnds = ['/..', '/.']

/** As ValidateIngressSpec in Kubernetes' networking validation. */
export function validateIngressSpec(
  ingress: KubernetesObject,
  previous: KubernetesObject | undefined,
): FieldError[] {
  return errorsOf(ingress, (root) => {
    const spec = root.within('spec')
    const rules = spec.each('rules')
    const backend = spec.at('defaultBackend')
    if (rules.length === 0 && backend === undefined) {
      const none = spec.has('rules') ? '{}' : '(nil)'
      const shown = new GoSyntax(`[]networking.IngressRule${none}`)
      spec.invalid('', 'either `defaultBackend` or `rules` must be specified', shown)
    }
    if (backend !== undefined) validateBackend(backend)
    const hadInvalidWildcard = hasInvalidWildcardRule(previous)
    for (const rule of rules) validateRule(rule, hadInvalidWildcard)
    validateTls(spec, hasInvalidSecretName(previous))
    if (spec.has('ingressClassName')) {
      spec.problems('ingressClassName', checkDnsSubdomain(spec.text('ingressClassName')))
    }
  })
}

function validateTls(spec: Place, mayHaveInvalidSecret: boolean): void {
  for (const tls of spec.each('tls')) {
    for (const [index, host] of tls.texts('hosts').entries()) {
      tls.problems(`hosts[${index}]`, checkHost(host), host)
    }
    const secret = tls.text('secretName')
    if (secret !== '' && !mayHaveInvalidSecret) {
      tls.problems('secretName', checkDnsSubdomain(secret))
    }
  }
}

function checkHost(host: string): readonly string[] {
  return host.includes('*') ? checkWildcardDomain(host) : checkDnsSubdomain(host)
}

function validateRule(rule: Place, mayHaveInvalidWildcard: boolean): void {
  const host = rule.text('host')
  if (host !== '') {
    if (parseAddress(host) !== undefined) {
      rule.invalid('host', 'must be a DNS name, not an IP address')
    }
    rule.problems('host', checkHost(host))
  }
  if (!host.includes('*') || !mayHaveInvalidWildcard) validateRuleValue(rule)
}

function validateRuleValue(rule: Place): void {
  const http = rule.at('http')
  if (http === undefined) return
  const paths = http.each('paths')
  if (paths.length === 0) http.required('paths')
  for (const path of paths) validatePath(path)
}

function validatePath(path: Place): void {
  if (!path.has('pathType')) {
    path.required('pathType', 'pathType must be specified')
    return
  }
  const text = path.text('path')
  switch (path.text('pathType')) {
    case 'Exact':
    case 'Prefix':
      if (!text.startsWith('/')) path.invalid('path', 'must be an absolute path')
      for (const part of invalidSequences) {
        if (text.includes(part)) path.invalid('path', `must not contain '${part}'`)
      }
      for (const end of invalidEnds) {
        if (text.endsWith(end)) path.invalid('path', `cannot end with '${end}'`)
      }
      break
    case 'ImplementationSpecific':
      if (text !== '' && !text.startsWith('/')) path.invalid('path', 'must be an absolute path')
      break
    default:
      path.unsupported('pathType', pathTypes)
  }
  validateBackend(path.within('backend'))
}

function validateBackend(backend: Place): void {
  const resource = backend.at('resource')
  const service = backend.at('service')
  if (resource !== undefined && service !== undefined) {
    backend.invalid('', 'cannot set both resource and service backends', '')
  } else if (resource !== undefined) {
    validateTypedReference(resource)
  } else if (service !== undefined) {
    if (service.requireText('name')) {
      service.problems('name', checkDns1035Label(service.text('name')))
    }
    validateServicePort(backend, service.within('port'))
  } else {
    backend.invalid('', 'resource or service backend is required', '')
  }
}

function validateServicePort(backend: Place, port: Place): void {
  const name = port.text('name')
  const number = port.number('number')
  if (name !== '' && number !== 0) {
    backend.invalid('', 'cannot set both port name & port number', '')
  } else if (name !== '') port.problems('name', checkPortName(name))
  else if (number !== 0) port.problems('number', checkPortNumber(number))
  else backend.required('', 'port name or number is required')
}

/** What was stored under older rules may stay. */
function hasInvalidSecretName(ingress: KubernetesObject | undefined): boolean {
  if (ingress === undefined) return false
  return errorsOf(recordAt(ingress, 'spec'), (spec) => {
    for (const tls of spec.each('tls')) {
      const secret = tls.text('secretName')
      if (secret !== '') tls.problems('secretName', checkDnsSubdomain(secret))
    }
  }).some(() => true)
}

function hasInvalidWildcardRule(ingress: KubernetesObject | undefined): boolean {
  if (ingress === undefined) return false
  return errorsOf(recordAt(ingress, 'spec'), (spec) => {
    for (const rule of spec.each('rules')) {
      if (rule.text('host').includes('*')) validateRuleValue(rule)
    }
  }).some(() => true)
}
