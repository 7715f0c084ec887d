import type { KubernetesObject } from '@fairlead/kube-core'

/** Those of Kubernetes, which have no domain. */
const standardFinalizers: ReadonlySet<string> = new Set([
  'orphan',
  'foregroundDeletion',
  'kubernetes',
])

/**
 * What the writer of a custom object is warned of: finalizers, not there before, whose names may be
 * another's, too. As generateWarningsFromObj in Kubernetes' apiextensions-apiserver.
 */
export function finalizerWarnings(
  { metadata }: KubernetesObject,
  previous?: KubernetesObject,
): string[] {
  const before = new Set(previous?.metadata.finalizers)
  const added = new Set(metadata.finalizers?.filter((name) => !before.has(name)))
  return [...added].toSorted().flatMap((name) => {
    if (name.includes('/') || standardFinalizers.has(name)) return []
    const path = name.includes('.') ? ' including a path (/)' : ''
    const advice = `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts`
    return [`metadata.finalizers: "${name}": ${advice} with other finalizer writers`]
  })
}
