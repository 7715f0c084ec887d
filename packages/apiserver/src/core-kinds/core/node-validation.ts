import {
  checkLabelKey,
  checkLabelValue,
  goQuote,
  goStrings,
  GoSyntax,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { recordAt, recordsAt, textAt, textsAt } from '../../definitions/fields.ts'
import { checkBlock, parseBlock } from '../shared/ip-address.ts'
import { errorsOf, Place } from '../shared/place.ts'
import { validateResourceQuantity } from '../shared/quantities.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** As ValidateNode in Kubernetes' core validation. */
export function validateNode(node: KubernetesObject): FieldError[] {
  return errorsOf(node, (root) => {
    validateTaints(root)
    validateResources(root)
    validateBlocks(root.within('spec'))
  })
}

/** As ValidateNodeUpdate in Kubernetes' core validation: of an update, also one of the status. */
export function validateNodeUpdate(
  node: KubernetesObject,
  previous: KubernetesObject,
): FieldError[] {
  return errorsOf(node, (root) => {
    const spec = root.within('spec')
    const before = recordAt(previous, 'spec')
    validateResources(root)
    validateAddresses(root.within('status'))
    validateSameBlocks(spec, textsAt(before, 'podCIDRs'))
    const provider = textAt(before, 'providerID')
    if (provider !== '' && provider !== spec.text('providerID')) {
      const detail = 'node updates may not change providerID except from "" to valid'
      spec.forbidden('providerID', detail)
    }
    validateTaints(root)
    if (textAt(before, 'externalID') !== spec.text('externalID')) {
      spec.forbidden('externalID', 'may not be updated')
    }
  })
}

function validateAddresses(status: Place): void {
  const seen = new Set<string>()
  for (const [index, address] of status.each('addresses').entries()) {
    const [type, text] = [address.text('type'), address.text('address')].map(goQuote)
    const shown = `core.NodeAddress{Type:${type}, Address:${text}}`
    if (seen.has(shown)) status.duplicate(`addresses[${index}]`, new GoSyntax(shown))
    seen.add(shown)
  }
}

/** A node gets its blocks once. */
function validateSameBlocks(spec: Place, before: readonly string[]): void {
  if (before.length === 0) return
  const now = spec.texts('podCIDRs')
  const changes =
    now.length === before.length ? before.filter((block, index) => block !== now[index]) : ['']
  for (const _ of changes) {
    spec.forbidden('podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  }
}

/** As validateNodeTaints in Kubernetes' core validation, with the path that it reports. */
function validateTaints(root: Place): void {
  const seen = new Set<string>()
  for (const [index, fields] of recordsAt(root.within('spec').fields, 'taints').entries()) {
    const taint = new Place(fields, `metadata.taints[${index}]`, root.found)
    const [key, value, effect] = ['key', 'value', 'effect'].map((field) => taint.text(field))
    taint.problems('key', checkLabelKey(key ?? ''), key)
    const problems = checkLabelValue(value ?? '')
    if (problems.length > 0) taint.invalid('value', problems.join(';'), value)
    taint.requiredOneOf('effect', effects)
    const pair = `${key}:${effect}`
    if (seen.has(pair)) {
      const [goKey, goValue, goEffect] = [key, value, effect].map((each) => goQuote(each ?? ''))
      const shown = `core.Taint{Key:${goKey}, Value:${goValue}, Effect:${goEffect}, TimeAdded:<nil>}`
      root.found.push({
        type: 'Duplicate',
        field: taint.path,
        badValue: new GoSyntax(shown),
        detail: 'taints must be unique by key and effect pair',
      })
    }
    seen.add(pair)
  }
}

function validateResources(root: Place): void {
  for (const list of ['capacity', 'allocatable']) {
    const { fields } = root.within('status').within(list)
    for (const name of Object.keys(fields)) {
      const before = root.found.length
      validateResourceQuantity(new Place(fields, '', root.found), name)
      // The real server writes these paths with a dot.
      for (const error of root.found.slice(before)) error.field = `status.${list}.${name}`
    }
  }
}

function validateBlocks(spec: Place): void {
  const blocks = spec.texts('podCIDRs')
  for (const [index, block] of blocks.entries()) {
    spec.problems(`podCIDRs[${index}]`, checkBlock(block), block)
  }
  if (blocks.length < 2) return
  const families = blocks.map((block) => parseBlock(block)?.address.family)
  const odd = families.indexOf(undefined)
  if (odd >= 0) {
    const problem = `invalid CIDR[${odd}]: <nil> (invalid CIDR address: ${blocks[odd]})`
    const detail = `invalid PodCIDRs. failed to check with dual stack with error:${problem}`
    spec.internal('podCIDRs', detail)
  }
  if (blocks.length > 2 || odd >= 0 || families[0] === families[1]) {
    const detail = 'may specify no more than one CIDR for each IP family'
    spec.invalid('podCIDRs', detail, goStrings(blocks))
  }
  for (const [index, block] of blocks.entries()) {
    if (blocks.indexOf(block) < index) spec.duplicate(`podCIDRs[${index}]`, block)
  }
}
