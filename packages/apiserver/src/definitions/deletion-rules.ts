/** Kinds whose deletion is answered with the object (ReturnDeletedObject of their storage). */
const returned: ReadonlySet<string> = new Set([
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'namespaces',
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'services',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
])

/**
 * Kinds whose dependents stay unless the caller says otherwise (DefaultGarbageCollectionPolicy of
 * their strategies).
 */
const orphaning: ReadonlySet<string> = new Set(['jobs.batch', 'replicationcontrollers'])

/** Kinds that have no dependents, whatever a deletion says of them. */
const childless: ReadonlySet<string> = new Set(['events', 'events.events.k8s.io'])

/**
 * Kinds whose own storage marks what is deleted: with the time alone, and in other words when a
 * precondition fails.
 */
const markedByOwn: ReadonlySet<string> = new Set([
  'customresourcedefinitions.apiextensions.k8s.io',
  'namespaces',
])

/** How the deletion of a kind, given as `plural.group`, differs. */
export function deletionRulesOf(resource: string): {
  readonly returnsDeleted: boolean
  readonly orphansByDefault: boolean
  readonly hasDependents: boolean
  readonly marksDeletedItself: boolean
} {
  return {
    returnsDeleted: returned.has(resource),
    orphansByDefault: orphaning.has(resource),
    hasDependents: !childless.has(resource),
    marksDeletedItself: markedByOwn.has(resource),
  }
}
