import {
  checkDnsSubdomain,
  invalidField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { listAt, optionalTextAt, recordAt, recordsAt, textAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { checkAddress, parseAddress } from '../shared/ip-address.ts'
import { errorsOf } from '../shared/place.ts'
import { validateIngressSpec } from './ingress-spec.ts'

const classAnnotation = 'kubernetes.io/ingress.class'

/** As Kubernetes' Ingress strategy and validation of `networking.k8s.io/v1`. */
export const ingressRules: KindRules = {
  group: 'networking.k8s.io',
  plural: 'ingresses',
  hasGeneration: true,
  columns: [
    textColumn('Class', 'The name of its IngressClass', (ingress) => {
      return optionalTextAt(recordAt(ingress, 'spec'), 'ingressClassName') ?? '<none>'
    }),
    textColumn('Hosts', 'Hosts that requests are for', hostsOf),
    textColumn('Address', 'Where its load balancer listens', addressOf),
    textColumn('Ports', 'Ports on which it listens', (ingress) => {
      return listAt(recordAt(ingress, 'spec'), 'tls').length > 0 ? '80, 443' : '80'
    }),
  ],
  writeRules: {
    validate(ingress, previous) {
      const found = validateIngressSpec(ingress, previous)
      return previous === undefined ? [...found, ...validateClass(ingress)] : found
    },
    validateStatus,
    warnings(ingress, previous) {
      const { ingressClassName } = recordAt(ingress, 'spec')
      const isAnnotated = ingress.metadata.annotations?.[classAnnotation] !== undefined
      if (previous !== undefined || !isAnnotated || ingressClassName !== undefined) return []
      return [
        `annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`,
      ]
    },
  },
}

function validateClass(ingress: KubernetesObject): FieldError[] {
  const annotation = ingress.metadata.annotations?.[classAnnotation]
  const { ingressClassName } = recordAt(ingress, 'spec')
  if (annotation === undefined || ingressClassName === undefined) return []
  if (annotation === ingressClassName) return []
  const detail = 'must match `ingressClassName` when both are specified'
  return [invalidField(`annotations.${classAnnotation}`, annotation, detail)]
}

function validateStatus(ingress: KubernetesObject): FieldError[] {
  return errorsOf(ingress, (root) => {
    for (const point of root.within('status').within('loadBalancer').each('ingress')) {
      if (point.text('ip') !== '') point.problems('ip', checkAddress(point.text('ip')))
      const hostname = point.text('hostname')
      if (hostname === '') continue
      point.problems('hostname', checkDnsSubdomain(hostname))
      if (parseAddress(hostname) !== undefined) {
        point.invalid('hostname', 'must be a DNS name, not an IP address')
      }
    }
  })
}

function hostsOf(ingress: KubernetesObject): string {
  const rules = recordsAt(recordAt(ingress, 'spec'), 'rules')
  const shownMax = 3
  const hosts: string[] = []
  let isCut = false
  for (const rule of rules) {
    if (hosts.length === shownMax) isCut = true
    const host = textAt(rule, 'host')
    if (!isCut && host !== '') hosts.push(host)
  }
  if (hosts.length === 0) return '*'
  return isCut ? `${hosts.join(',')} + ${rules.length - shownMax} more...` : hosts.join(',')
}

function addressOf(ingress: KubernetesObject): string {
  const points = recordsAt(recordAt(recordAt(ingress, 'status'), 'loadBalancer'), 'ingress')
  const addresses = points.map((point) => textAt(point, 'ip') || textAt(point, 'hostname'))
  return [...new Set(addresses.filter((address) => address !== ''))].toSorted().join(',')
}
