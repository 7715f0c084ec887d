import { DeadlineError, openScope, untilAborted } from '@fairlead/base'
import {
  type FoundPassage,
  InexpressibleFilterError,
  type MetadataFilter,
} from '@fairlead/knowledge'
import { invalidField } from '@fairlead/llm'
import type { KnowledgeBaseSettings } from '@fairlead/snapshot'
import type { Call } from '../call/call.ts'
import type { BaseSearch } from '../call/requested-search.ts'
import { callerFilter, maySearch } from './caller-filter.ts'
import { searchTimeoutMs } from './external-retrievers.ts'

/** Of whom and with what knowledge bases are searched. */
type SearchingCall = Pick<Call, 'caller' | 'runtime' | 'services'>

/** What came of the search of one base. */
export interface SearchedBase {
  readonly search: BaseSearch
  readonly passages: readonly FoundPassage[]
  /**
   * Why it could not be searched, as callers may know it: nothing of addresses, Secrets or what a
   * service said, which is for the log and the status. Undefined where it was.
   */
  readonly problem: string | undefined
}

/**
 * Searches several bases at the same time, each within its own time. A base that the caller may not
 * search is left out; the search of one that is not there fails. Rejects with the reason of the signal,
 * and with a ModelError 400 for a caller's filter that cannot be searched by.
 */
export async function searchBases(
  searches: readonly BaseSearch[],
  text: string,
  call: SearchingCall,
  signal: AbortSignal,
): Promise<readonly SearchedBase[]> {
  const { knowledgeBases } = call.runtime.snapshot
  const searched = searches.map(async (search) => {
    const base = knowledgeBases.get(search.key)
    if (base === undefined || search.unresolved === true) return unavailable(search, call)
    if (!maySearch(base, call.caller)) return undefined
    return searchBase(base, search, text, call, signal)
  })
  return (await Promise.all(searched)).filter((one) => one !== undefined)
}

const unsearchable = 'a knowledge base cannot be searched'

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason'
}

function unavailable(search: BaseSearch, { services }: SearchingCall): SearchedBase {
  const problem = 'it is not available to its strategy'
  services.logger.warn({ knowledgeBase: search.key, problem }, unsearchable)
  return { search, passages: [], problem }
}

async function searchBase(
  base: KnowledgeBaseSettings,
  search: BaseSearch,
  text: string,
  { caller, runtime, services }: SearchingCall,
  parent: AbortSignal,
): Promise<SearchedBase> {
  const { clock, knowledge, knowledgeStates, logger, metrics } = services
  const filter = filterFor(base, search, caller)
  if (filter === 'nothing' || text === '') return { search, passages: [], problem: undefined }
  const timeoutMs = searchTimeoutMs(base)
  using scope = openScope({ parents: [parent], clock, timeoutMs, what: 'a knowledge base' })
  const { signal } = scope
  const startMs = clock.monotonicMs()
  try {
    const query = {
      text,
      mode: base.index.mode,
      topK: search.topK,
      signal,
      ...(search.minScore === undefined ? {} : { minScore: search.minScore }),
      ...(filter === undefined ? {} : { filter }),
    }
    const found = knowledge.search(base, query, runtime.snapshot.gateway)
    const passages = await untilAborted(found, signal)
    knowledgeStates.note(search.key, undefined)
    const outcome = passages.length > 0 ? 'found' : 'empty'
    metrics.knowledge.countSearch(search.key, outcome, clock.monotonicMs() - startMs)
    return { search, passages, problem: undefined }
  } catch (error) {
    parent.throwIfAborted()
    if (error instanceof InexpressibleFilterError && search.filter !== undefined) {
      throw invalidField('filters', `${search.key} cannot search by it: ${error.message}.`)
    }
    metrics.knowledge.countSearch(search.key, 'failed', clock.monotonicMs() - startMs)
    const late = `it took longer than ${timeoutMs} ms`
    const isLate = signal.aborted && signal.reason instanceof DeadlineError
    const detail = isLate ? late : messageOf(error)
    knowledgeStates.note(search.key, detail)
    logger.warn({ knowledgeBase: search.key, problem: detail }, unsearchable)
    return { search, passages: [], problem: isLate ? late : 'it cannot be searched' }
  }
}

/** What the caller may find and what it asks for: the latter only ever narrows. */
function filterFor(
  { access }: KnowledgeBaseSettings,
  { filter: asked }: BaseSearch,
  caller: SearchingCall['caller'],
): MetadataFilter | 'nothing' | undefined {
  const own = access.filter && callerFilter(access.filter, caller)
  if (own === undefined || own === 'nothing') return own ?? asked
  return asked === undefined ? own : { type: 'and', filters: [own, asked] }
}
