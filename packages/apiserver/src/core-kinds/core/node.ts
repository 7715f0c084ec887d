import type { KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, recordsAt, textAt, textsAt } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { fieldsWithin } from '../shared/defaulting.ts'
import { roundUpResources } from '../shared/resource-list.ts'
import { validateNode, validateNodeUpdate } from './node-validation.ts'

const roleLabel = 'node-role.kubernetes.io/'

/** As Kubernetes' Node strategy, defaults and validation. */
export const nodeRules: KindRules = {
  group: '',
  plural: 'nodes',
  createdWithStatus: true,
  selectableFields: ['spec.unschedulable'],
  selectableValue: (node, path) =>
    path === 'spec.unschedulable'
      ? String(recordAt(node, 'spec')['unschedulable'] === true)
      : undefined,
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
    prepareForCreate: dropDisabled,
    prepareForUpdate: dropDisabled,
    validate: (node, previous) => [
      ...validateNode(node),
      ...(previous === undefined ? [] : validateNodeUpdate(node, previous)),
    ],
    validateStatus: validateNodeUpdate,
    warnings,
  },
}

/** Fields of features that are gone, or off unless they are asked for: none of them is ever stored. */
function dropDisabled(node: MutableObject): void {
  delete fieldsWithin(node, 'spec')['configSource']
  const status = fieldsWithin(node, 'status')
  delete status['config']
  delete status['features']
}

/** As fieldIsDeprecatedWarnings in Kubernetes' Node strategy. */
function warnings(node: KubernetesObject): readonly string[] {
  if (textAt(recordAt(node, 'spec'), 'externalID') === '') return []
  return ['spec.externalID: this field is deprecated, and is unused by Kubernetes']
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
