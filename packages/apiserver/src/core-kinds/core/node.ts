import {
  checkLabelKey,
  checkLabelValue,
  forbiddenField,
  goQuote,
  goStrings,
  GoSyntax,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, recordsAt, textAt, textsAt } from '../../definitions/fields.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { fieldsWithin } from '../shared/defaulting.ts'
import { checkBlock, parseBlock } from '../shared/ip-address.ts'
import { errorsOf, Place } from '../shared/place.ts'
import { validateResourceQuantity } from '../shared/quantities.ts'
import { roundUpResources } from '../shared/resource-list.ts'

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const roleLabel = 'node-role.kubernetes.io/'

/** As Kubernetes' Node strategy, defaults and validation. */
export const nodeRules: KindRules = {
  group: '',
  plural: 'nodes',
  selectableFields: ['spec.unschedulable'],
  allColumns: [
    nameColumn,
    textColumn('Status', 'Whether it is ready', statusOf),
    textColumn('Roles', 'Its roles', rolesOf),
    ageColumn,
    infoColumn('Version', 'kubeletVersion', '', 0),
    addressColumn('Internal-IP', 'InternalIP'),
    addressColumn('External-IP', 'ExternalIP'),
    infoColumn('OS-Image', 'osImage', '<unknown>', 1),
    infoColumn('Kernel-Version', 'kernelVersion', '<unknown>', 1),
    infoColumn('Container-Runtime', 'containerRuntimeVersion', '<unknown>', 1),
  ],
  writeRules: {
    defaults(node) {
      const spec = fieldsWithin(node, 'spec')
      // The old field and the first of the new ones are the same in Kubernetes' internal form.
      const blocks = textsAt(spec, 'podCIDRs')
      const block = textAt(spec, 'podCIDR')
      if (block !== '' && blocks[0] !== block) spec['podCIDRs'] = [block]
      else if (block === '' && blocks[0] !== undefined) spec['podCIDR'] = blocks[0]
      const status = fieldsWithin(node, 'status')
      roundUpResources(status, 'capacity')
      roundUpResources(status, 'allocatable')
      if (status['allocatable'] === undefined && status['capacity'] !== undefined) {
        status['allocatable'] = { ...recordAt(status, 'capacity') }
      }
    },
    prepareForCreate(node) {
      delete fieldsWithin(node, 'spec')['configSource']
      dropDisabledStatus(fieldsWithin(node, 'status'))
    },
    prepareForUpdate(node, previous) {
      const before = recordAt(previous, 'spec')
      if (before['configSource'] === undefined) delete fieldsWithin(node, 'spec')['configSource']
    },
    validate: (node) =>
      errorsOf(node, (root) => {
        validateTaints(root)
        validateResources(root)
        validateBlocks(root.within('spec'))
      }),
    validateUpdate,
    validateStatus: (node) => errorsOf(node, validateResources),
  },
}

/** Fields of features that are off unless they are asked for. */
function dropDisabledStatus(status: Record<string, unknown>): void {
  delete status['config']
  delete status['features']
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
  const families = new Set(blocks.map((block) => parseBlock(block)?.address.family))
  if (families.size < 2 || blocks.length > 2) {
    const detail = 'may specify no more than one CIDR for each IP family'
    spec.invalid('podCIDRs', detail, goStrings(blocks))
  }
  for (const [index, block] of blocks.entries()) {
    if (blocks.indexOf(block) < index) spec.duplicate(`podCIDRs[${index}]`, block)
  }
}

function validateUpdate(node: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const next = recordAt(node, 'spec')
  const before = recordAt(previous, 'spec')
  const found: FieldError[] = []
  const blocks = textsAt(before, 'podCIDRs')
  const changed = textsAt(next, 'podCIDRs')
  const isChanged =
    blocks.length !== changed.length || blocks.some((block, index) => block !== changed[index])
  if (blocks.length > 0 && isChanged) {
    const detail = 'node updates may not change podCIDR except from "" to valid'
    found.push(forbiddenField('spec.podCIDRs', detail))
  }
  const provider = textAt(before, 'providerID')
  if (provider !== '' && provider !== textAt(next, 'providerID')) {
    const detail = 'node updates may not change providerID except from "" to valid'
    found.push(forbiddenField('spec.providerID', detail))
  }
  if (textAt(before, 'externalID') !== textAt(next, 'externalID')) {
    found.push(forbiddenField('spec.externalID', 'may not be updated'))
  }
  return found
}

function statusOf(node: KubernetesObject): string {
  const ready = recordsAt(recordAt(node, 'status'), 'conditions').find(
    (condition) => condition['type'] === 'Ready',
  )
  const state = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'
  const isClosed = recordAt(node, 'spec')['unschedulable'] === true
  return isClosed ? `${state},SchedulingDisabled` : state
}

function rolesOf({ metadata }: KubernetesObject): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(roleLabel) && key !== roleLabel) return [key.slice(roleLabel.length)]
    return key === 'kubernetes.io/role' && value !== '' ? [value] : []
  })
  return [...new Set(roles)].toSorted().join(',') || '<none>'
}

function infoColumn(name: string, field: string, absent: string, priority: number) {
  const info = (node: KubernetesObject) => recordAt(recordAt(node, 'status'), 'nodeInfo')
  return textColumn(
    name,
    'What runs on it',
    (node) => textAt(info(node), field) || absent,
    priority,
  )
}

function addressColumn(name: string, type: string) {
  return textColumn(
    name,
    'Its address',
    (node) => {
      const addresses = recordsAt(recordAt(node, 'status'), 'addresses')
      const found = addresses.find((address) => address['type'] === type)
      return found === undefined ? '<none>' : textAt(found, 'address')
    },
    1,
  )
}
