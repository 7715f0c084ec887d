import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { errorsOf } from '../shared/place.ts'

/** As Kubernetes' Lease strategy and validation. */
export const leaseRules: KindRules = {
  group: 'coordination.k8s.io',
  plural: 'leases',
  columns: [
    textColumn('Holder', 'The current holder', (lease) => {
      return recordAt(lease, 'spec')['holderIdentity'] ?? ''
    }),
  ],
  writeRules: {
    prepareForCreate: dropCoordinated,
    prepareForUpdate: dropCoordinated,
    validate: (lease) =>
      errorsOf(lease, (root) => {
        const spec = root.within('spec')
        const duration = spec.optionalNumber('leaseDurationSeconds')
        if (duration !== undefined && duration <= 0) {
          spec.invalid('leaseDurationSeconds', 'must be greater than 0')
        }
        spec.notNegative('leaseTransitions')
      }),
  },
}

/** Fields of coordinated leader election, which is off unless it is asked for. */
function dropCoordinated(lease: Record<string, unknown>): void {
  const spec = recordAt(lease, 'spec')
  delete spec['strategy']
  delete spec['preferredHolder']
}
