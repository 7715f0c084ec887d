import type { ResourceType } from '@fairlead/kube-core'
import type { rbacV1 } from '@fairlead/kube-types'
import { ruleFor } from '../policy-rules.ts'

/** What an operator does, as far as it needs permission. */
interface OperatorWork {
  readonly owner: ResourceType
  readonly writesFinalizers: boolean
  readonly writesStatus: boolean
  readonly children: readonly ResourceType[]
}

const events = { group: 'events.k8s.io', plural: 'events' }

/**
 * What the operator's ServiceAccount must be allowed for what is declared, beside reading what is
 * watched. What the author's functions do with the client is not among it.
 */
export function operatorNeeds(work: OperatorWork): readonly rbacV1.PolicyRule[] {
  const { owner, writesFinalizers, writesStatus, children } = work
  return [
    ...(writesFinalizers ? [ruleFor(owner, ['patch'])] : []),
    // What sets blockOwnerDeletion must be allowed to set the owner's finalizers.
    ...(children.length > 0 ? [ruleFor(owner, ['update'], 'finalizers')] : []),
    ...(writesStatus ? [ruleFor(owner, ['patch'], 'status')] : []),
    ...children.map((type) => ruleFor(type, ['create', 'patch', 'delete'])),
    ruleFor(events, ['create', 'patch']),
  ]
}
