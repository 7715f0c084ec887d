import type { KubernetesObject } from '@fairlead/kube-core'

/** What is left in a namespace that is being deleted. */
export interface RemainingContent {
  /** How many objects there are, by `plural` and group. */
  readonly resources: readonly { readonly plural: string; readonly group: string; count: number }[]
  /** How many objects have each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>
  /** Why something could not be deleted. */
  readonly failures: readonly string[]
}

interface NamespaceCondition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

type Finding = Omit<NamespaceCondition, 'lastTransitionTime'>

/**
 * The conditions of a namespace that is being deleted, in the words of kube-controller-manager's
 * namespace controller. A condition keeps its time while its status does not change.
 */
export function deletionConditions(
  content: RemainingContent,
  previous: readonly NamespaceCondition[],
  now: string,
): NamespaceCondition[] {
  return [...discovered, failed(content), remaining(content), finalized(content)].map((finding) => {
    const before = previous.find(({ type }) => type === finding.type)
    const lastTransitionTime = before?.status === finding.status ? before.lastTransitionTime : now
    return { ...finding, lastTransitionTime }
  })
}

/** Those that a namespace has. */
export function conditionsOf(namespace: KubernetesObject): readonly NamespaceCondition[] {
  const { conditions } = (namespace['status'] ?? {}) as {
    readonly conditions?: readonly NamespaceCondition[]
  }
  return conditions ?? []
}

const discovered: readonly Finding[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    status: 'False',
    reason: 'ResourcesDiscovered',
    message: 'All resources successfully discovered',
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    status: 'False',
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
]

function failed({ failures }: RemainingContent): Finding {
  const type = 'NamespaceDeletionContentFailure'
  if (failures.length === 0) {
    const message = 'All content successfully deleted, may be waiting on finalization'
    return { type, status: 'False', reason: 'ContentDeleted', message }
  }
  const message = `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`
  return { type, status: 'True', reason: 'ContentDeletionFailed', message }
}

function remaining({ resources }: RemainingContent): Finding {
  const type = 'NamespaceContentRemaining'
  if (resources.length === 0) {
    const message = 'All content successfully removed'
    return { type, status: 'False', reason: 'ContentRemoved', message }
  }
  const parts = resources.map(
    ({ plural, group, count }) => `${plural}.${group} has ${count} resource instances`,
  )
  const message = `Some resources are remaining: ${parts.toSorted().join(', ')}`
  return { type, status: 'True', reason: 'SomeResourcesRemain', message }
}

function finalized({ finalizers }: RemainingContent): Finding {
  const type = 'NamespaceFinalizersRemaining'
  if (finalizers.size === 0) {
    const message = 'All content-preserving finalizers finished'
    return { type, status: 'False', reason: 'ContentHasNoFinalizers', message }
  }
  const parts = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`)
  const message = `Some content in the namespace has finalizers remaining: ${parts.toSorted().join(', ')}`
  return { type, status: 'True', reason: 'SomeFinalizersRemain', message }
}
