import {
  checkLabelKey,
  deepEqual,
  invalidField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { listAt, recordAt, recordsAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { validateDriverName } from '../shared/volume-spec.ts'

const nodeIdMax = 192
const longerNodeIdMax = 256

/** As Kubernetes' CSINode strategy and validation. */
export const csiNodeRules: KindRules = {
  group: 'storage.k8s.io',
  plural: 'csinodes',
  columns: [
    {
      ...textColumn('Drivers', 'How many drivers the node has', (node) => {
        return listAt(recordAt(node, 'spec'), 'drivers').length
      }),
      type: 'integer',
    },
  ],
  writeRules: {
    validate: (node, previous) =>
      errorsOf(node, (root) => {
        const drivers =
          previous === undefined ? [] : recordsAt(recordAt(previous, 'spec'), 'drivers')
        const hadLonger = drivers.some(({ nodeID }) => String(nodeID).length > nodeIdMax)
        const names = new Set<string>()
        for (const driver of root.within('spec').each('drivers')) {
          validateDriver(driver, hadLonger ? longerNodeIdMax : nodeIdMax, names)
        }
      }),
    validateUpdate,
  },
}

function validateDriver(driver: Place, idMax: number, names: Set<string>): void {
  validateDriverName(driver, 'name')
  driver.requireText('nodeID')
  if (Buffer.byteLength(driver.text('nodeID')) > idMax) {
    driver.invalid('nodeID', `must be ${idMax} characters or less`)
  }
  driver.at('allocatable')?.notNegative('count')
  const name = driver.text('name')
  if (names.has(name)) driver.duplicate('name', name)
  names.add(name)
  const keys = new Set<string>()
  for (const key of driver.texts('topologyKeys')) {
    if (key === '') driver.required('')
    if (keys.has(key)) driver.duplicate('', key)
    keys.add(key)
    driver.problems('', checkLabelKey(key), key)
  }
}

function validateUpdate(node: KubernetesObject, previous: KubernetesObject): FieldError[] {
  const before = recordsAt(recordAt(previous, 'spec'), 'drivers')
  return recordsAt(recordAt(node, 'spec'), 'drivers').flatMap((driver) => {
    const had = before.find(({ name }) => name === driver['name'])
    if (had === undefined || deepEqual(had, driver)) return []
    return [invalidField('CSINodeDriver', driver, 'field is immutable')]
  })
}
