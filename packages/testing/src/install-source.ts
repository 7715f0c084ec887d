import { type ManifestSource, readManifests } from '@fairlead/apiserver/testing'
import type { CustomResourceDefinitionObject, KubernetesObject } from '@fairlead/kube-core'

/** A kind of one's own: what `defineResource` or `defineVersions` returns. */
interface Defined {
  readonly crd: CustomResourceDefinitionObject
}

/** A definition, an object, a file with objects, or a directory of such files. */
export type InstallSource = ManifestSource | Defined

/** The objects of the sources, in their order. @throws an Error for one that cannot be read */
export function objectsOf(sources: readonly InstallSource[]): readonly KubernetesObject[] {
  return readManifests(
    sources.map((source) => (isDefined(source) ? (source.crd as KubernetesObject) : source)),
  )
}

function isDefined(source: InstallSource): source is Defined {
  return typeof source === 'object' && 'crd' in source
}
