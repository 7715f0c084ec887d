import type { KubernetesObject } from '@fairlead/kube-core'

/**
 * Of the classes that an annotation marks as default the newest, and of equally old ones the first
 * by name, as in Kubernetes.
 */
export function defaultClassOf(
  classes: readonly KubernetesObject[],
  annotations: readonly string[],
): KubernetesObject | undefined {
  return classes
    .filter(({ metadata }) => annotations.some((name) => metadata.annotations?.[name] === 'true'))
    .toSorted(
      (one, other) => compare(created(other), created(one)) || compare(nameOf(one), nameOf(other)),
    )[0]
}

function created({ metadata }: KubernetesObject): string {
  return metadata.creationTimestamp ?? ''
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata.name ?? ''
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
