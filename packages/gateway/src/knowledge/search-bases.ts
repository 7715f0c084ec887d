import type { BaseSearch, SearchedBase } from '../call/requested-search.ts'
import { maySearch } from './caller-filter.ts'
import { QueryVectors } from './query-vectors.ts'
import { searchBase, unavailableBase } from './search-base.ts'
import type { SearchingCall } from './searching-call.ts'

/**
 * Searches several bases at the same time, each within its own time. A base that the caller may not
 * search is left out; the search of one that is not there fails. Rejects as `searchBase` does.
 */
export async function searchBases(
  searches: readonly BaseSearch[],
  text: string,
  call: SearchingCall,
  signal: AbortSignal,
): Promise<readonly SearchedBase[]> {
  const { knowledgeBases } = call.runtime.snapshot
  const vectors = new QueryVectors(text, call, signal)
  const searched = searches.map(async (search) => {
    const base = knowledgeBases.get(search.key)
    if (base === undefined || search.unresolved === true) return unavailableBase(search, call)
    if (!maySearch(base, call.caller)) return undefined
    return searchBase(base, search, text, vectors, call, signal)
  })
  return (await Promise.all(searched)).filter((one) => one !== undefined)
}
