import { qualifiedResource } from '@fairlead/kube-core'
import type { ResourceType } from '@fairlead/kube-core'

/** Thrown when a kind that nobody declared is read from the cache. */
export class KindNotCachedError extends Error {
  override readonly name = 'KindNotCachedError'
  constructor(type: ResourceType) {
    super(
      `${qualifiedResource(type)} is not in the cache: watch it with a controller, ` +
        'declare it with cache.informerFor, or read it with the client',
    )
  }
}

/** Thrown when the cache is read before it runs: it would answer that there are no objects. */
export class CacheNotStartedError extends Error {
  override readonly name = 'CacheNotStartedError'
  constructor() {
    super(
      'the cache is not started, can not read objects: start the manager, ' +
        'or read with its client until then',
    )
  }
}
