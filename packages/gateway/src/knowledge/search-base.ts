import { DeadlineError, openScope, untilAborted } from '@fairlead/base'
import {
  type FoundPassage,
  InexpressibleFilterError,
  type KnowledgeQuery,
  type MetadataFilter,
} from '@fairlead/knowledge'
import { invalidField, ModelError } from '@fairlead/llm'
import type { KnowledgeBaseSettings } from '@fairlead/snapshot'
import type { PromptGuards } from '../call/prompt-guards.ts'
import type { BaseSearch, SearchedBase } from '../call/requested-search.ts'
import { callerFilter } from './caller-filter.ts'
import type { QueryVectors } from './query-vectors.ts'
import { candidatesOf, rerankPassages } from './rerank-passages.ts'
import { searchTimeoutMs } from './search-times.ts'
import type { SearchingCall } from './searching-call.ts'

/** How a base is searched. */
interface Way extends Pick<KnowledgeQuery, 'mode' | 'vector'> {
  readonly shortfall?: string
}

/** Why something did not work, in words for callers; the cause is for the log. */
class SearchProblem extends Error {}

const unsearchable = 'a knowledge base cannot be searched'

/** Of a base that is not there, or not for who wants it searched. */
export function unavailableBase(search: BaseSearch, { services }: SearchingCall): SearchedBase {
  const problem = 'it is not available to its strategy'
  services.logger.warn({ knowledgeBase: search.key, problem }, unsearchable)
  return { search, passages: [], problem, shortfalls: [] }
}

/**
 * Searches one base: by words, by the vector of the query, or by both, and has a model order what was
 * found, as the base says. Without the vector, a Hybrid base is searched by words; without that model,
 * the order is that of the search. Rejects with the reason of the signal, and with a ModelError 400 for
 * a caller's filter that cannot be searched by.
 */
export async function searchBase(
  base: KnowledgeBaseSettings,
  search: BaseSearch,
  text: string,
  vectors: QueryVectors,
  call: SearchingCall,
  parent: AbortSignal,
): Promise<SearchedBase> {
  const { clock, knowledgeStates, logger, metrics } = call.services
  const filter = filterFor(base, search, call.caller)
  if (filter === 'nothing' || text === '') return searchedBase(search, [])
  const startMs = clock.monotonicMs()
  try {
    const way = await wayOf(base, vectors, call, parent)
    const all = await foundIn(base, { search, text, filter, way }, call, parent)
    const found = call.guards === undefined ? all : guardedPassages(all, call.guards)
    knowledgeStates.note(search.key, undefined)
    const outcome = found.length > 0 ? 'found' : 'empty'
    metrics.knowledge.countSearch(search.key, outcome, clock.monotonicMs() - startMs)
    return await ordered(base, { search, text, way }, found, call, parent)
  } catch (error) {
    parent.throwIfAborted()
    if (error instanceof InexpressibleFilterError && search.filter !== undefined) {
      throw invalidField('filters', `${search.key} cannot search by it: ${error.message}.`)
    }
    const refusal = refusalIn(error)
    // It says nothing of the base.
    if (refusal !== undefined) return searchedBase(search, [], { problem: overLimit, refusal })
    metrics.knowledge.countSearch(search.key, 'failed', clock.monotonicMs() - startMs)
    const told = error instanceof SearchProblem ? error.message : 'it cannot be searched'
    const detail = messageOf(error)
    knowledgeStates.note(search.key, detail)
    logger.warn({ knowledgeBase: search.key, problem: detail }, unsearchable)
    return searchedBase(search, [], { problem: told })
  }
}

/** Without those that may not be quoted, before anybody else reads them. */
function guardedPassages(
  found: readonly FoundPassage[],
  guards: PromptGuards,
): readonly FoundPassage[] {
  return found.flatMap((passage) => {
    const text = guards.passage(passage.text)
    const title = passage.title === null ? null : guards.passage(passage.title)
    const headings = passage.headings.flatMap((heading) => guards.passage(heading) ?? [])
    const isRejected = headings.length < passage.headings.length
    if (text === undefined || title === undefined || isRejected) return []
    return [{ ...passage, text, title, headings }]
  })
}

function searchedBase(
  search: BaseSearch,
  passages: readonly FoundPassage[],
  { problem, refusal, shortfalls = [] }: Partial<Omit<SearchedBase, 'passages' | 'search'>> = {},
): SearchedBase {
  return { search, passages, problem, refusal, shortfalls }
}

const overLimit = 'a limit of the caller does not allow its search'

/** What a UsagePolicy of the caller said to a call that the search needs; undefined for all else. */
function refusalIn(error: unknown): ModelError | undefined {
  const cause = error instanceof SearchProblem ? error.cause : undefined
  const isRefusal =
    cause instanceof ModelError && cause.kind === 'rate-limited' && cause.failure === undefined
  return isRefusal ? cause : undefined
}

async function wayOf(
  { index }: KnowledgeBaseSettings,
  vectors: QueryVectors,
  { services }: SearchingCall,
  parent: AbortSignal,
): Promise<Way> {
  const { embeddingModel: model, mode } = index
  if (mode === 'BM25' || model === undefined) return { mode: 'BM25' }
  try {
    return { mode, vector: await vectors.by(model) }
  } catch (cause) {
    parent.throwIfAborted()
    const problem = 'no vector of the query could be made'
    if (mode === 'Vector') throw new SearchProblem(problem, { cause })
    services.logger.warn({ model, detail: messageOf(cause) }, problem)
    return { mode: 'BM25', shortfall: `${problem}: it was searched by words alone` }
  }
}

interface Asked {
  readonly search: BaseSearch
  readonly text: string
  readonly way: Way
}

async function foundIn(
  base: KnowledgeBaseSettings,
  { filter, search, text, way }: Asked & { readonly filter: MetadataFilter | undefined },
  { runtime, services }: SearchingCall,
  parent: AbortSignal,
): Promise<readonly FoundPassage[]> {
  const { clock, knowledge } = services
  const { mode, vector } = way
  const { minScore, topK } = search
  const reranker = rerankerOf(base, search)
  const timeoutMs = searchTimeoutMs(base)
  using scope = openScope({ parents: [parent], clock, timeoutMs, what: 'a knowledge base' })
  const { signal } = scope
  const query = {
    text,
    mode,
    topK: reranker === undefined ? topK : candidatesOf(topK, reranker),
    signal,
    ...(vector === undefined ? {} : { vector }),
    // It is a score of who orders what was found, or of the search as the base wants it.
    ...(minScore === undefined || reranker !== undefined || way.shortfall !== undefined
      ? {}
      : { minScore }),
    ...(filter === undefined ? {} : { filter }),
  }
  try {
    return await untilAborted(knowledge.search(base, query, runtime.snapshot.gateway), signal)
  } catch (cause) {
    if (!signal.aborted || !(signal.reason instanceof DeadlineError)) throw cause
    throw new SearchProblem(`it took longer than ${timeoutMs} ms`, { cause })
  }
}

async function ordered(
  base: KnowledgeBaseSettings,
  { search, text, way }: Asked,
  found: readonly FoundPassage[],
  call: SearchingCall,
  parent: AbortSignal,
): Promise<SearchedBase> {
  const shortfalls = way.shortfall === undefined ? [] : [way.shortfall]
  const unscored = { ...search, minScore: undefined }
  // Scores by words alone are on another scale.
  const asSearched = way.shortfall === undefined ? search : unscored
  const reranker = rerankerOf(base, search)
  if (reranker === undefined) return searchedBase(asSearched, found, { shortfalls })
  const { topK } = search
  try {
    const best = await rerankPassages(found, { text, topK }, reranker.model, call, parent)
    return searchedBase(search, best, { shortfalls })
  } catch (error) {
    parent.throwIfAborted()
    const problem = 'what was found could not be reranked'
    call.services.logger.warn({ model: reranker.model, detail: messageOf(error) }, problem)
    return searchedBase(unscored, found.slice(0, topK), {
      shortfalls: [...shortfalls, `${problem}: it stands in the order of the search`],
    })
  }
}

function rerankerOf({ rerank }: KnowledgeBaseSettings, { ranker }: BaseSearch) {
  return ranker === 'none' ? undefined : rerank
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason'
  const cause = error instanceof SearchProblem ? error.cause : undefined
  if (!(cause instanceof Error) || cause instanceof DeadlineError) return error.message
  return `${error.message}: ${cause.message}`
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
