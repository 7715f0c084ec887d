import { deepEqual, type OwnerReference } from '@fairlead/kube-core'

import type { MutableObject } from '../definitions/resource-definition.ts'

/** Removes owners that are named twice, and warns (as dedupOwnerReferences in apiserver). */
export function removeDuplicateOwners(
  { metadata }: MutableObject,
  warn: (message: string) => void,
  when: 'before admission' | 'after admission',
): void {
  const owners = metadata.ownerReferences ?? []
  if (owners.length < 2) return
  const kept = new Map<string, OwnerReference[]>()
  const duplicates: string[] = []
  for (const owner of owners) {
    const same = kept.get(owner.uid) ?? []
    if (same.some((each) => deepEqual(each, owner))) duplicates.push(owner.uid)
    else kept.set(owner.uid, [...same, owner])
  }
  if (duplicates.length === 0) return
  const unique = new Set([...kept.values()].flat())
  metadata.ownerReferences = owners.filter((owner) => unique.has(owner))
  const admission = when === 'after admission' ? ' after mutating admission happens' : ''
  warn(
    `.metadata.ownerReferences contains duplicate entries${admission}; API server dedups owner references in 1.20+, ` +
      'and may reject such requests as early as 1.24; please fix your requests; ' +
      `duplicate UID(s) observed: ${duplicates.join(', ')}`,
  )
}
