import {
  checkLabelKey,
  deepEqual,
  goQuote,
  goStrings,
  GoSyntax,
  invalidField,
  type FieldError,
  type KubernetesObject,
} from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import {
  listAt,
  recordAt,
  recordsAt,
  textAt,
  textsAt,
  type Fields,
} from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { validateDriverName } from '../shared/volume-spec.ts'

const nodeIdMax = 256

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
        validateDrivers(root)
        // The real server validates an update once more.
        if (previous !== undefined) validateDrivers(root)
      }),
    validateUpdate,
  },
}

function validateDrivers(root: Place): void {
  const names = new Set<string>()
  for (const driver of root.within('spec').each('drivers')) validateDriver(driver, names)
}

function validateDriver(driver: Place, names: Set<string>): void {
  validateDriverName(driver, 'name')
  driver.requireText('nodeID')
  if (Buffer.byteLength(driver.text('nodeID')) > nodeIdMax) {
    driver.invalid('nodeID', `must be ${nodeIdMax} characters or less`)
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
    return [invalidField('CSINodeDriver', goDriver(driver), 'field is immutable')]
  })
}

/** As `%#v` shows it. */
function goDriver(driver: Fields): GoSyntax {
  const [name, id] = [textAt(driver, 'name'), textAt(driver, 'nodeID')].map((text) => goQuote(text))
  const keys = driver['topologyKeys'] === undefined ? undefined : textsAt(driver, 'topologyKeys')
  const allocatable = driver['allocatable'] === undefined ? 'nil' : '0xc000000000'
  return new GoSyntax(
    `storage.CSINodeDriver{Name:${name}, NodeID:${id}, TopologyKeys:${goStrings(keys).text}, ` +
      `Allocatable:(*storage.VolumeNodeResources)(${allocatable})}`,
  )
}
