import type { Snapshot } from '@fairlead/snapshot'
import { namesByNamespace } from './names-by-namespace.ts'

/** The ConfigMaps that the knowledge bases of a configuration name, by namespace; each list is sorted. */
export function configMapNamesOf(
  snapshot: Pick<Snapshot, 'knowledgeBases'> | undefined,
): ReadonlyMap<string, readonly string[]> {
  const sources = [...(snapshot?.knowledgeBases.values() ?? [])].flatMap((base) => base.sources)
  return namesByNamespace(
    sources.flatMap((source) => (source.type === 'ConfigMap' ? [source.configMap] : [])),
  )
}
