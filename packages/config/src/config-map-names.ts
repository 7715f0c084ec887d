import type { Snapshot } from '@fairlead/snapshot'
import { namesByNamespace } from './names-by-namespace.ts'

/** The ConfigMaps that knowledge bases and evaluations of a configuration name, by namespace; each list is sorted. */
export function configMapNamesOf(
  snapshot: Pick<Snapshot, 'knowledgeBases' | 'promptEvaluations'> | undefined,
): ReadonlyMap<string, readonly string[]> {
  const sources = [...(snapshot?.knowledgeBases.values() ?? [])].flatMap((base) => base.sources)
  const datasets = [...(snapshot?.promptEvaluations.values() ?? [])].map(({ dataset }) => dataset)
  return namesByNamespace([
    ...sources.flatMap((source) => (source.type === 'ConfigMap' ? [source.configMap] : [])),
    ...datasets,
  ])
}
