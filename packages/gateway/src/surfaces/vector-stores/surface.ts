import type { JsonObject } from '@fairlead/base'
import type { FoundPassage } from '@fairlead/knowledge'
import {
  invalidField,
  openAiChat,
  readArray,
  readNonEmptyString,
  readOptional,
} from '@fairlead/llm'
import { gatewayError } from '../../errors/gateway-error.ts'
import { whileConnected } from '../../http/while-connected.ts'
import { findKnowledgeBase } from '../../knowledge/find-knowledge-base.ts'
import { readFilter } from '../../knowledge/read-filter.ts'
import { readRanking, readResultsMax } from '../../knowledge/read-search-settings.ts'
import { searchBases } from '../../knowledge/search-bases.ts'
import { readJson } from '../read-json.ts'
import type { Surface, SurfaceRequest } from '../surface.ts'

/** Knowledge bases as OpenAI has vector stores: they can be searched, and nothing else. */
export const vectorStores: Surface = {
  name: 'vector-stores',
  dialect: openAiChat,
  routes: [
    {
      method: 'POST',
      path: '/v1/vector_stores/{id}/search',
      asksProvider: true,
      answer: search,
    },
  ],
}

async function search(request: SurfaceRequest): Promise<JsonObject> {
  const { caller, http, parameters, runtime, services } = request
  const { key } = findKnowledgeBase(parameters['id'] ?? '', caller, runtime)
  const body = await readJson(request)
  const queries = readQueries(body['query'])
  if (body['rewrite_query'] === true) {
    throw invalidField('rewrite_query', 'queries are not rewritten here: leave it out.')
  }
  const filter = readOptional(body['filters'], 'filters', readFilter)
  const wanted = {
    key,
    topK: readResultsMax(body['max_num_results'], 'max_num_results') ?? 10,
    ...readRanking(body['ranking_options'], 'ranking_options'),
    ...(filter === undefined ? {} : { filter }),
  }
  const { record, response } = http
  const text = queries.join('\n')
  const { requestTimeoutMs: timeoutMs } = runtime.snapshot.gateway.limits
  const searched = await record.waitFor(
    whileConnected(response, (signal) =>
      services.ownCalls.search(
        { name: key, text },
        { runtime, caller, requestId: record.requestId, signal, timeoutMs },
        () => searchBases([wanted], text, { ...request, record }, signal),
      ),
    ),
  )
  const [found] = searched
  if (found?.problem !== undefined) {
    throw found.refusal ?? gatewayError.knowledgeUnavailable(key)
  }
  const minScore = found?.search.minScore ?? -Infinity
  const passages = (found?.passages ?? []).filter(({ score }) => score >= minScore)
  return {
    object: 'vector_store.search_results.page',
    search_query: queries,
    data: passages.map(resultOf),
    has_more: false,
    next_page: null,
  }
}

function readQueries(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [readQuery(value, 'query')]
  const queries = readArray(value, 'query')
  if (queries.length === 0 || queries.length > 16) {
    throw invalidField('query', 'give 1 to 16 queries.')
  }
  return queries.map((query, index) => readQuery(query, `query[${index}]`))
}

/** In characters, as OpenAI has it. */
const queryMax = 4096

function readQuery(value: unknown, param: string): string {
  const query = readNonEmptyString(value, param)
  if (query.length <= queryMax) return query
  throw invalidField(param, `it must have at most ${queryMax} characters.`)
}

function resultOf({ document, metadata, score, text, title }: FoundPassage): JsonObject {
  return {
    file_id: document,
    filename: title ?? document,
    score,
    attributes: { ...metadata },
    content: [{ type: 'text', text }],
  }
}
