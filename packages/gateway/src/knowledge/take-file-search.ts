import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'
import { invalidField, readArray, readNonEmptyString, readOptional } from '@fairlead/llm'
import type { Caller } from '../access/caller.ts'
import type { BaseSearch, TakenSearches } from '../call/requested-search.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { findKnowledgeBase } from './find-knowledge-base.ts'
import { readFilter } from './read-filter.ts'
import { readRanking, readResultsMax } from './read-search-settings.ts'

const tool = 'file_search'
const resultsInclude = 'file_search_call.results'

/** As many passages as a tool asks for that does not say. */
const resultsDefault = 10

/**
 * Takes tools `file_search` out of a request whose `vector_store_ids` are KnowledgeBases. Ids of OpenAI,
 * `vs_…`, that are none stay for a provider that knows them. Undefined where there is nothing to take.
 * Throws `vector_store_not_found`, and a ModelError 400 for what is wrong in such a tool.
 */
export function takeFileSearch(
  fields: JsonObject,
  caller: Caller,
  runtime: Pick<Runtime, 'snapshot'>,
): TakenSearches | undefined {
  const { tools } = fields
  if (!Array.isArray(tools)) return undefined
  const searches: BaseSearch[] = []
  const tellsResults = arrayOrEmpty(fields['include']).includes(resultsInclude)
  const left = (tools as readonly unknown[]).flatMap((entry, index) => {
    if (!isJsonObject(entry) || entry['type'] !== tool) return [entry]
    const read = readTool(entry, `tools[${index}]`, caller, runtime)
    searches.push(...read.searches.map((one) => ({ ...one, tool: { tellsResults } })))
    return read.foreign.length === 0 ? [] : [{ ...entry, vector_store_ids: read.foreign }]
  })
  const distinct = [...new Map(searches.map((one) => [JSON.stringify(one), one])).values()]
  if (distinct.length > searchesMax) {
    throw invalidField('tools', `file_search may search ${searchesMax} knowledge bases at most.`)
  }
  if (distinct.length === 0) return undefined
  return { fields: withTools(fields, left), searches: distinct }
}

/** The most searches of one call. */
const searchesMax = 8

function readTool(
  entry: JsonObject,
  path: string,
  caller: Caller,
  runtime: Pick<Runtime, 'snapshot'>,
) {
  const ids = readArray(entry['vector_store_ids'], `${path}.vector_store_ids`).map((id, index) =>
    readNonEmptyString(id, `${path}.vector_store_ids[${index}]`),
  )
  const filter = readOptional(entry['filters'], `${path}.filters`, readFilter)
  const settings = {
    topK: readResultsMax(entry['max_num_results'], `${path}.max_num_results`) ?? resultsDefault,
    ...readRanking(entry['ranking_options'], `${path}.ranking_options`),
    ...(filter === undefined ? {} : { filter }),
  }
  const isForeign = (id: string) =>
    id.startsWith('vs_') && !runtime.snapshot.knowledgeBases.has(`${caller.namespace}/${id}`)
  return {
    foreign: ids.filter(isForeign),
    searches: ids
      .filter((id) => !isForeign(id))
      .map((id) => ({ key: findKnowledgeBase(id, caller, runtime).key, ...settings })),
  }
}

/** Nobody can be made to use a tool that is not there. */
function withTools(fields: JsonObject, tools: readonly unknown[]): JsonObject {
  const { tool_choice: choice, tools: _, ...others } = fields
  const isOurs = isJsonObject(choice) && choice['type'] === tool
  const isPointless = tools.length === 0 || isOurs
  return {
    ...others,
    ...(tools.length === 0 ? {} : { tools }),
    ...(choice === undefined || isPointless ? {} : { tool_choice: choice }),
  }
}
