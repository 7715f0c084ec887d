import type { ReferenceGrant } from '@fairlead/api'
import { namespaceOf } from '../values/resource-key.ts'

/** The end of a reference: a core kind such as Secret has the group `''`. */
export interface ReferenceEnd {
  readonly group: string
  readonly kind: string
  readonly namespace: string
}

/** Answers whether a reference may cross from one namespace into another. */
export interface ReferenceGrants {
  permits(from: ReferenceEnd, to: ReferenceEnd & { readonly name: string }): boolean
}

/**
 * The rule of gateway.networking.k8s.io: a reference inside a namespace needs nothing; one into
 * another namespace needs a ReferenceGrant there that names the referring group, kind and
 * namespace, and the group and kind (and the name, when it gives one) of what is referred to.
 */
export function indexReferenceGrants(grants: readonly ReferenceGrant[]): ReferenceGrants {
  const byNamespace = Map.groupBy(grants, namespaceOf)
  return {
    permits: (from, to) =>
      from.namespace === to.namespace ||
      (byNamespace.get(to.namespace) ?? []).some((grant) => grantPermits(grant, from, to)),
  }
}

function grantPermits(
  grant: ReferenceGrant,
  from: ReferenceEnd,
  to: ReferenceEnd & { readonly name: string },
): boolean {
  return (
    grant.spec.from.some(
      (entry) =>
        entry.group === from.group &&
        entry.kind === from.kind &&
        entry.namespace === from.namespace,
    ) &&
    grant.spec.to.some(
      (entry) =>
        entry.group === to.group &&
        entry.kind === to.kind &&
        (entry.name === undefined || entry.name === '' || entry.name === to.name),
    )
  )
}
