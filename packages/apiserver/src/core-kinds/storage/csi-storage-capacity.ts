import { checkDnsSubdomain } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { optionalTextAt, textAt } from '../../definitions/fields.ts'
import { nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf } from '../shared/place.ts'
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
        if (previous !== undefined) return
        validateLabelSelector(root.at('nodeTopology'))
        const name = root.text('storageClassName')
        root.problems('storageClassName', checkDnsSubdomain(name), name)
        if ((quantityAt(root, 'capacity')?.nano ?? 0n) < 0n) {
          root.invalid('capacity', 'must be greater than or equal to 0')
        }
      }),
    validateUpdate: (capacity, previous) =>
      immutableErrors(capacity, previous, '', ['nodeTopology', 'storageClassName']),
  },
}
