import type { KnowledgeBaseSettings } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { maySearch } from './caller-filter.ts'

/** A knowledge base with the `namespace/name` of it. */
interface FoundBase {
  readonly key: string
  readonly base: KnowledgeBaseSettings
}

/**
 * The knowledge base that a caller's `name` or `namespace/name` stands for; a name alone is in the
 * caller's namespace. One that it may not search is not there. Throws `vector_store_not_found`.
 */
export function findKnowledgeBase(
  name: string,
  caller: Caller,
  runtime: Pick<Runtime, 'snapshot'>,
): FoundBase {
  const key = name.includes('/') ? name : `${caller.namespace}/${name}`
  const base = runtime.snapshot.knowledgeBases.get(key)
  if (base !== undefined && maySearch(base, caller)) return { key, base }
  throw gatewayError.vectorStoreNotFound(name)
}
