import type {
  RetrievalInput,
  RetrievedBlock,
  RetrievedPassage,
  TurnRetriever,
} from '@fairlead/context'
import type { Item } from '@fairlead/llm'
import type { KnowledgeUse } from '@fairlead/snapshot'
import type { Call } from '../call/call.ts'
import type { BaseSearch } from '../call/requested-search.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { maySearch } from './caller-filter.ts'
import { type BlockRules, isPassagesMessage, passagesBlock } from './passages-block.ts'
import { placeInSystem } from './place-quotations.ts'
import { queryText } from './query-text.ts'
import { type RewrittenQuery, rewriteQuery, rewriteTimeoutMs } from './rewrite-query.ts'
import { searchBases } from './search-bases.ts'
import { wholeTimeoutMs } from './search-times.ts'
import type { SearchingCall } from './searching-call.ts'

/** What is looked for in a call. */
export interface CallSearch extends Omit<KnowledgeUse, 'bases'> {
  readonly bases: readonly BaseSearch[]
}

/**
 * How passages are used that only the caller asks for: it wants no answer without them, and to know which
 * of them an answer has used, as OpenAI's tool tells it.
 */
const askedFor: KnowledgeUse = {
  bases: [],
  query: { mode: 'LastUserMessage' },
  maxTokens: 8000,
  placement: 'Tail',
  template: undefined,
  citations: 'Annotations',
  onFailure: 'Fail',
}

/**
 * What a strategy and the caller itself want searched; undefined for nothing. A base that the caller
 * may not search does not exist for it: it costs nothing, and nothing names it.
 */
export function callSearch(
  use: KnowledgeUse | undefined,
  searches: readonly BaseSearch[],
  { caller, runtime }: Pick<SearchingCall, 'caller' | 'runtime'>,
): CallSearch | undefined {
  const rules = use ?? askedFor
  const named = new Set(searches.map(({ key }) => key))
  const isSearched = ({ key }: BaseSearch) => {
    const base = runtime.snapshot.knowledgeBases.get(key)
    return !named.has(key) && (base === undefined || maySearch(base, caller))
  }
  const bases = [...rules.bases.filter(isSearched), ...searches]
  return bases.length === 0 ? undefined : { ...rules, bases }
}

/** Beyond the time of the slowest base: what comes after the search. */
const slackMs = 500

/** A call that learns what was found for it. */
export type KnowingCall = SearchingCall & Partial<Pick<Call, 'citable' | 'found' | 'searchCall'>>

/** Looks in knowledge bases for a turn of a conversation. */
export function knowledgeRetriever(use: CallSearch, call: KnowingCall): TurnRetriever {
  const { knowledgeBases } = call.runtime.snapshot
  const itemsOf = ({ input, path }: Pick<RetrievalInput, 'input' | 'path'>) => {
    const before = use.query.mode !== 'LastUserMessage' ? path.flatMap((turn) => turn.input) : []
    return [...before, ...input]
  }
  const timeouts = use.bases.flatMap(({ key }) => {
    const base = knowledgeBases.get(key)
    return base === undefined ? [] : [wholeTimeoutMs(base)]
  })
  return {
    searches: { kind: 'knowledge', source: namesOf(use) },
    deadlineMs:
      Math.max(0, ...timeouts) + slackMs + (use.query.mode === 'Rewritten' ? rewriteTimeoutMs : 0),
    prepares: (asked) => {
      const { mode } = use.query
      const query = mode === 'Rewritten' ? '' : queryText(mode, itemsOf(asked))
      call.found = { query, searched: undefined, earlier: [...asked.earlier.values()] }
    },
    retrieve: (asked) => {
      const { earlier, signal } = asked
      const countTokens = (text: string) => asked.countTokens(text)
      return retrieve(use, itemsOf(asked), { ...use, earlier, countTokens }, call, signal)
    },
  }
}

/**
 * The same where only a plan is wanted: no model is paid to write the query, and the plan says so. All
 * else is done as for a call.
 */
export function previewRetriever(use: CallSearch, call: KnowingCall): TurnRetriever {
  if (use.query.mode !== 'Rewritten') return knowledgeRetriever(use, call)
  const retriever = knowledgeRetriever({ ...use, query: { mode: 'Conversation' } }, call)
  const problem = 'the query is rewritten for calls only: this is what the messages find themselves'
  return {
    ...retriever,
    retrieve: async (input) => withProblems(await retriever.retrieve(input), [problem], use),
  }
}

/** The same for a call that belongs to no conversation; `items` are all that its model is to see. */
export function retrieveForCall(
  use: CallSearch,
  items: readonly Item[],
  call: KnowingCall & Pick<Call, 'signal'>,
): Promise<RetrievedBlock | undefined> {
  const rules = {
    ...use,
    earlier: new Map<string, RetrievedPassage>(),
    countTokens: estimatedTokens,
  }
  return retrieve(use, items, rules, call, call.signal)
}

/** About four bytes of text are a token. */
function estimatedTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}

async function retrieve(
  use: CallSearch,
  items: readonly Item[],
  rules: BlockRules,
  call: KnowingCall,
  signal: AbortSignal,
): Promise<RetrievedBlock | undefined> {
  const { problem: unwritten, text } = await queryOf(use.query, items, call, signal)
  const searched = await searchBases(use.bases, text, call, signal)
  const failed = searched.find(({ problem }) => problem !== undefined)
  if (failed !== undefined && use.onFailure === 'Fail') {
    throw failed.refusal ?? gatewayError.knowledgeUnavailable(failed.search.key)
  }
  const block = passagesBlock(searched, rules)
  call.found = { query: text, searched, earlier: [...rules.earlier.values()] }
  return withProblems(block, unwritten === undefined ? [] : [unwritten], use)
}

/** What concerns all bases together. */
function withProblems(
  block: RetrievedBlock | undefined,
  told: readonly string[],
  use: CallSearch,
): RetrievedBlock | undefined {
  if (block === undefined || told.length === 0) return block
  const source = namesOf(use)
  const problems = told.map((problem) => ({ kind: 'knowledge' as const, source, problem }))
  return { ...block, problems: [...(block.problems ?? []), ...problems] }
}

function queryOf(
  query: KnowledgeUse['query'],
  items: readonly Item[],
  call: SearchingCall,
  signal: AbortSignal,
): RewrittenQuery | Promise<RewrittenQuery> {
  if (query.mode === 'Rewritten') return rewriteQuery(query.model, items, call, signal)
  return { text: queryText(query.mode, items), problem: undefined }
}

/** All bases of a search, as plans name it. */
export function namesOf({ bases }: Pick<CallSearch, 'bases'>): string {
  return [...new Set(bases.map(({ key }) => key))].join(', ')
}

/** The items of a turn's prompt, with the passages of knowledge bases where its strategy wants them. */
export function placedItems(
  items: readonly Item[],
  use: CallSearch | undefined,
  retrieved: RetrievedBlock | undefined,
): readonly Item[] {
  if (use?.placement !== 'System') return items
  // It may quote earlier turns as well.
  return placeInSystem(items, (retrieved?.items ?? []).filter(isPassagesMessage))
}
