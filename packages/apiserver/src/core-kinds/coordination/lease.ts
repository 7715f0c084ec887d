import type { FieldError, KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'

export const leaseRules: KindRules = {
  group: 'coordination.k8s.io',
  plural: 'leases',
  columns: [
    textColumn('Holder', 'The current holder', (lease) => {
      return recordAt(lease, 'spec')['holderIdentity'] ?? ''
    }),
  ],
  writeRules: { validate },
}

function validate(lease: KubernetesObject): FieldError[] {
  const { leaseDurationSeconds, leaseTransitions } = recordAt(lease, 'spec')
  const found: FieldError[] = []
  if (typeof leaseDurationSeconds === 'number' && leaseDurationSeconds <= 0) {
    const field = 'spec.leaseDurationSeconds'
    found.push({
      type: 'Invalid',
      field,
      badValue: leaseDurationSeconds,
      detail: 'must be greater than 0',
    })
  }
  if (typeof leaseTransitions === 'number' && leaseTransitions < 0) {
    const field = 'spec.leaseTransitions'
    const detail = 'must be greater than or equal to 0'
    found.push({ type: 'Invalid', field, badValue: leaseTransitions, detail })
  }
  return found
}
