import type { FieldError, KubernetesObject } from '@fairlead/kube-core'

import { textColumn } from '../definitions/standard-columns.ts'
import { builtInKind, recordAt } from '../definitions/built-in-kind.ts'
import { integer, object, text } from '../definitions/schema-builder.ts'

export const leaseKind = builtInKind({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  openApiModule: 'api.coordination.v1',
  createOnUpdate: true,
  description: 'Lease says who holds something, and until when.',
  properties: {
    spec: object('Who holds it.', {
      holderIdentity: text('The current holder.'),
      leaseDurationSeconds: integer(
        'How long others wait after renewTime before they take the lease.',
        { format: 'int32' },
      ),
      acquireTime: text('When the current holder took the lease.', { format: 'date-time' }),
      renewTime: text('When the current holder last renewed the lease.', { format: 'date-time' }),
      leaseTransitions: integer('How often the holder has changed.', { format: 'int32' }),
      strategy: text('How a coordinated election picks the holder.'),
      preferredHolder: text('Who should hold the lease, in a coordinated election.'),
    }),
  },
  columns: [
    textColumn('Holder', 'The current holder', (lease) => {
      return recordAt(lease, 'spec')['holderIdentity'] ?? ''
    }),
  ],
  writeRules: { validate },
})

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
