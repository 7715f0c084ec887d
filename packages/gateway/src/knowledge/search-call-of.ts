import { passageKey, type RetrievedBlock } from '@fairlead/context'
import type { JsonObject } from '@fairlead/base'
import type { FoundPassage } from '@fairlead/knowledge'
import { type NativeItem, openAiResponses } from '@fairlead/llm'
import type { BaseSearch, SearchedBase } from '../call/requested-search.ts'

/**
 * What the tool file_search has done, as the Responses API tells it; undefined where no base was searched
 * by it. Its results are the passages that the model was given of these bases.
 */
export function searchCallOf(
  query: string,
  searched: readonly SearchedBase[],
  block: Pick<RetrievedBlock, 'passages'> | undefined,
): NativeItem | undefined {
  const asked = searched.filter(({ search }) => search.tool !== undefined)
  if (asked.length === 0) return undefined
  const kept = new Set(
    (block?.passages ?? []).filter(({ action }) => action === 'kept').map(passageKey),
  )
  const tellsResults = asked.some(({ search }) => search.tool?.tellsResults === true)
  // Two searches of one base may find the same.
  const results = new Map(
    asked.flatMap(({ passages, search }) =>
      passages
        .map((passage) => [keyOf(search, passage), resultOf(passage)] as const)
        .filter(([key]) => kept.has(key)),
    ),
  )
  const hasFailed = asked.every(({ problem }) => problem !== undefined)
  return {
    type: 'fairlead:native',
    role: 'assistant',
    dialect: openAiResponses.name,
    block: {
      // The dialect gives it one.
      id: '',
      type: 'file_search_call',
      status: hasFailed ? 'failed' : 'completed',
      queries: query === '' ? [] : [query],
      results: tellsResults ? [...results.values()] : null,
    },
  }
}

function keyOf({ key: source }: BaseSearch, { id }: FoundPassage): string {
  return passageKey({ kind: 'knowledge', source, id })
}

/** The text of a passage is not known any more where a call that is sent again has what it had before. */
function resultOf({ document, metadata, score, text, title }: FoundPassage): JsonObject {
  return {
    attributes: { ...metadata },
    file_id: document,
    filename: title ?? document,
    score,
    ...(text === '' ? {} : { text }),
  }
}
