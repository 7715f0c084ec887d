import type { KubernetesObject } from '@fairlead/kube-core'

/** What named the class of a volume or a claim before there was a field for it. */
export const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** Whoever uses it is told of the field. */
export function classAnnotationWarnings({ metadata }: KubernetesObject): string[] {
  if (metadata.annotations?.[classAnnotation] === undefined) return []
  return [
    `metadata.annotations[${classAnnotation}]: deprecated since v1.8; use "storageClassName" attribute instead`,
  ]
}
