import type { EndpointPoolSettings, Snapshot } from '@fairlead/snapshot'

/** The InferencePools that a configuration names, each once, by `namespace/name`. */
export function endpointPoolsOf(
  snapshot: Pick<Snapshot, 'providers'> | undefined,
): ReadonlyMap<string, Pick<EndpointPoolSettings, 'namespace' | 'name'>> {
  const pools = [...(snapshot?.providers.values() ?? [])].flatMap(({ endpointPool }) =>
    endpointPool === undefined ? [] : [endpointPool],
  )
  return new Map(pools.map(({ namespace, name }) => [`${namespace}/${name}`, { namespace, name }]))
}
