import type { KubernetesList, KubernetesObject } from '@fairlead/kube-core'

/** PartialObjectMetadata: only the metadata of an object. */
export function partialMetadata({ metadata }: KubernetesObject, version: string): KubernetesObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata }
}

export function partialMetadataList(list: KubernetesList, version: string): KubernetesList {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: list.metadata,
    items: list.items.map((item) => partialMetadata(item, version)),
  }
}
