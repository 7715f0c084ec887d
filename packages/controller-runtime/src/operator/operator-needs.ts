import type { ResourceType } from '@fairlead/kube-core'
import type { NeededPermission } from '../controller/needed-permissions.ts'

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
export function operatorNeeds(work: OperatorWork): readonly NeededPermission[] {
  const { owner, writesFinalizers, writesStatus, children } = work
  const needed: NeededPermission[] = []
  if (writesFinalizers) needed.push({ type: owner, verbs: ['patch'] })
  // What sets blockOwnerDeletion must be allowed to set the owner's finalizers.
  if (children.length > 0)
    needed.push({ type: owner, subresource: 'finalizers', verbs: ['update'] })
  if (writesStatus) needed.push({ type: owner, subresource: 'status', verbs: ['patch'] })
  for (const type of children) needed.push({ type, verbs: ['create', 'patch', 'delete'] })
  return [...needed, { type: events, verbs: ['create', 'patch'] }]
}
