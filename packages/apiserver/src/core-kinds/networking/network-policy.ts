import { containsAddress, goStrings } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { listAt, recordAt, recordsAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { checkBlock, parseBlock } from '../shared/ip-address.ts'
import { formatLabelSelector, validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { checkPortName, checkPortNumber } from '../shared/port.ts'

const policyTypes = ['Egress', 'Ingress']
const directions = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const

/** As Kubernetes' NetworkPolicy strategy, defaults and validation of `networking.k8s.io/v1`. */
export const networkPolicyRules: KindRules = {
  group: 'networking.k8s.io',
  plural: 'networkpolicies',
  hasGeneration: true,
  columns: [
    textColumn('Pod-Selector', 'The pods that it is for', (policy) => {
      return formatLabelSelector(recordAt(recordAt(policy, 'spec'), 'podSelector'))
    }),
  ],
  writeRules: {
    defaults(policy) {
      const spec = recordAt(policy, 'spec')
      for (const [direction] of directions) {
        for (const rule of recordsAt(spec, direction)) {
          for (const port of recordsAt(rule, 'ports')) port['protocol'] ??= 'TCP'
        }
      }
      if (listAt(spec, 'policyTypes').length > 0) return
      const isForEgress = listAt(spec, 'egress').length > 0
      spec['policyTypes'] = isForEgress ? ['Ingress', 'Egress'] : ['Ingress']
      policy['spec'] = spec
    },
    validate: (policy, previous) =>
      errorsOf(policy, (root) => {
        const before = previous === undefined ? undefined : recordAt(previous, 'spec')
        validateSpec(root.within('spec'), before)
        // The real server validates an update once more.
        if (before !== undefined) validateSpec(root.within('spec'), before)
      }),
  },
}

function validateSpec(spec: Place, before: object | undefined): void {
  const options = { mayHaveInvalidValues: hadInvalidSelector(before) }
  validateLabelSelector(spec.within('podSelector'), options)
  for (const [direction, peers] of directions) {
    for (const rule of spec.each(direction)) {
      for (const port of rule.each('ports')) validatePort(port)
      for (const peer of rule.each(peers)) validatePeer(peer, options)
    }
  }
  const types = spec.texts('policyTypes')
  if (types.length > policyTypes.length) {
    const shown = goStrings(types, '[]networking.PolicyType')
    spec.invalid('policyTypes', 'may not specify more than two policyTypes', shown)
    return
  }
  for (const [index, type] of types.entries()) {
    if (policyTypes.includes(type)) continue
    spec.unsupported(`policyTypes[${index}]`, ['Ingress', 'Egress'], type)
  }
}

function hadInvalidSelector(before: object | undefined): boolean {
  if (before === undefined) return false
  const found = errorsOf(before, (spec) => validateLabelSelector(spec.within('podSelector')))
  return found.length > 0
}

function validatePort(port: Place): void {
  port.oneOf('protocol', ['TCP', 'UDP', 'SCTP'])
  const number = port.fields['port']
  const end = port.optionalNumber('endPort')
  if (typeof number === 'number') {
    port.problems('port', checkPortNumber(number))
    if (end === undefined) return
    if (end < number) port.invalid('endPort', 'must be greater than or equal to `port`', number)
    port.problems('endPort', checkPortNumber(end))
  } else if (typeof number === 'string') {
    if (end !== undefined) {
      port.invalid('endPort', 'may not be specified when `port` is non-numeric')
    }
    port.problems('port', checkPortName(number))
  } else if (end !== undefined) {
    port.invalid('endPort', 'may not be specified when `port` is not specified')
  }
}

function validatePeer(peer: Place, options: { readonly mayHaveInvalidValues: boolean }): void {
  validateLabelSelector(peer.at('podSelector'), options)
  validateLabelSelector(peer.at('namespaceSelector'), options)
  const block = peer.at('ipBlock')
  if (block !== undefined) validateBlock(block)
  const isSelected = peer.has('podSelector') || peer.has('namespaceSelector')
  if (block === undefined && !isSelected) peer.required('', 'must specify a peer')
  else if (block !== undefined && isSelected) {
    peer.forbidden('', 'may not specify both ipBlock and another peer')
  }
}

function validateBlock(block: Place): void {
  if (!block.requireText('cidr')) return
  block.problems('cidr', checkBlock(block.text('cidr')))
  const outer = parseBlock(block.text('cidr'))
  if (outer === undefined) return
  for (const [index, text] of block.texts('except').entries()) {
    const field = `except[${index}]`
    block.problems(field, checkBlock(text), text)
    const inner = parseBlock(text)
    if (inner === undefined) continue
    const isWithin =
      containsAddress(outer, inner.address) && outer.prefixLength < inner.prefixLength
    if (!isWithin) block.invalid(field, 'must be a strict subset of `cidr`', text)
  }
}
