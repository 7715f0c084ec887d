import type { FoundPassage } from '@fairlead/knowledge'
import type { KnowledgeBaseSettings } from '@fairlead/snapshot'
import { rerankTimeoutMs } from './search-times.ts'
import type { SearchingCall } from './searching-call.ts'

/** As much of a passage as a model judges it by, in characters: more than most of them read. */
const judgedMax = 8000
/** The most passages that a search finds. */
const foundMax = 100

interface RerankedQuery {
  readonly text: string
  readonly topK: number
}

/** How many passages are to be found, so that those that are wanted can be chosen from them. */
export function candidatesOf(
  topK: number,
  rerank: NonNullable<KnowledgeBaseSettings['rerank']>,
): number {
  return Math.max(topK, Math.min(rerank.candidates, foundMax))
}

/**
 * The best of some passages as a model orders them, with its scores. Rejects with a ModelError, or with
 * the reason of the signal.
 */
export async function rerankPassages(
  found: readonly FoundPassage[],
  { text, topK }: RerankedQuery,
  model: string,
  { caller, record, runtime, services }: SearchingCall,
  signal: AbortSignal,
): Promise<readonly FoundPassage[]> {
  if (found.length === 0) return []
  const request = {
    model,
    query: text,
    documents: found.map(judgedText),
    topN: Math.min(topK, found.length),
  }
  const ranked = await services.ownCalls.rerank(request, {
    runtime,
    caller,
    purpose: 'rerank',
    requestId: record.requestId,
    trace: record.trace,
    signal,
    timeoutMs: rerankTimeoutMs,
  })
  return ranked.flatMap(({ index, score }) => {
    const passage = found[index]
    return passage === undefined ? [] : [{ ...passage, score }]
  })
}

/** With what stands above it, which often says what it is about. */
function judgedText({ headings, text, title }: FoundPassage): string {
  const above = [title ?? '', ...headings].filter((one) => one !== '')
  return [...above, text].join('\n').slice(0, judgedMax).toWellFormed()
}
