import { checkDnsSubdomain, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import {
  optionalTextAt,
  recordAt,
  recordsAt,
  textAt,
  textMapAt,
  type Fields,
} from '../../definitions/fields.ts'
import { nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { nodeLabelDeprecation } from '../shared/deprecated-node-labels.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf } from '../shared/place.ts'
import { goLabelSelector } from '../shared/pod-selector.ts'
import { quantityAt } from '../shared/quantities.ts'

/** As Kubernetes' CSIStorageCapacity strategy and validation. */
export const csiStorageCapacityRules: KindRules = {
  group: 'storage.k8s.io',
  plural: 'csistoragecapacities',
  allColumns: [
    nameColumn,
    textColumn('StorageClassName', 'The class that it is for', (each) => {
      return textAt(each, 'storageClassName')
    }),
    textColumn('Capacity', 'How much is free', (each) => {
      return optionalTextAt(each, 'capacity') ?? '<unset>'
    }),
  ],
  writeRules: {
    validate: (capacity, previous) =>
      errorsOf(capacity, (root) => {
        const options = { mayHaveInvalidValues: hasInvalidTopology(previous) }
        validateLabelSelector(root.at('nodeTopology'), options)
        const name = root.text('storageClassName')
        root.problems('storageClassName', checkDnsSubdomain(name), name)
        if ((quantityAt(root, 'capacity')?.nano ?? 0n) < 0n) {
          root.invalid('capacity', 'must be greater than or equal to 0')
        }
      }),
    validateUpdate: (capacity, previous) => [
      ...immutableErrors(capacity, previous, '', ['nodeTopology'], goLabelSelector),
      ...immutableErrors(capacity, previous, '', ['storageClassName']),
    ],
    warnings: (capacity) => topologyWarnings(recordAt(capacity, 'nodeTopology')),
  },
}

/** What was stored under older rules may stay. */
function hasInvalidTopology(capacity: KubernetesObject | undefined): boolean {
  if (capacity === undefined) return false
  return errorsOf(capacity, (root) => validateLabelSelector(root.at('nodeTopology'))).length > 0
}

/** As GetWarningsForNodeSelector in Kubernetes' `pkg/api/node`. */
function topologyWarnings(topology: Fields): readonly string[] {
  const ofExpressions = recordsAt(topology, 'matchExpressions').flatMap((expression, index) => {
    const key = textAt(expression, 'key')
    const deprecation = nodeLabelDeprecation(key)
    if (deprecation === undefined) return []
    return [`nodeTopology.matchExpressions[${index}].key: ${key} is ${deprecation}`]
  })
  const ofLabels = Object.keys(textMapAt(topology, 'matchLabels')).flatMap((label) => {
    const deprecation = nodeLabelDeprecation(label)
    return deprecation === undefined ? [] : [`nodeTopology.matchLabels.${label}: ${deprecation}`]
  })
  return [...ofExpressions, ...ofLabels]
}
