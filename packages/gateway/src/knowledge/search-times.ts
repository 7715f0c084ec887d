import type { KnowledgeBaseSettings } from '@fairlead/snapshot'

/** How long an index may take to search. */
const indexTimeoutMs = 2000

/** How long a model may take to make the vector of a query. */
export const vectorTimeoutMs = 2000

/** How long a model may take to order again what was found. */
export const rerankTimeoutMs = 3000

/** How long the search itself may take: as its retriever says, or as an index should. */
export function searchTimeoutMs({ retriever }: KnowledgeBaseSettings): number {
  return retriever?.timeoutMs ?? indexTimeoutMs
}

/** How long all takes at most that a search of the base consists of. */
export function wholeTimeoutMs(base: KnowledgeBaseSettings): number {
  const { index, rerank } = base
  return (
    searchTimeoutMs(base) +
    (index.embeddingModel === undefined ? 0 : vectorTimeoutMs) +
    (rerank === undefined ? 0 : rerankTimeoutMs)
  )
}
