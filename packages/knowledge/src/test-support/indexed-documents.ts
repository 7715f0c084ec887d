import type { KnowledgeQuery } from '../found-passage.ts'
import type { IndexedDocument, KnowledgeIndex } from '../knowledge-index.ts'

/** Runs a body with an empty index, which is closed after it. */
export type RunWithIndex = (
  body: (index: KnowledgeIndex) => Promise<void>,
  options?: { readonly model: string | null; readonly bytesMax?: number },
) => Promise<void>

/** Never aborts. */
const signal = AbortSignal.any([])
export const byWords: Pick<KnowledgeQuery, 'mode' | 'topK' | 'signal'> = {
  mode: 'BM25',
  topK: 5,
  signal,
}

/** A vector that points mostly along one axis. */
export function axis(place: number, dimension = 8): Float32Array {
  const vector = new Float32Array(dimension).fill(0.1)
  vector[place] = 1
  return ofLengthOne(vector)
}

export function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length)
}

export function documentOf(
  id: string,
  texts: readonly string[],
  change: Partial<IndexedDocument> = {},
): IndexedDocument {
  return {
    source: 'handbook',
    id,
    digest: `digest of ${id}`,
    title: `About ${id}`,
    url: `https://docs.example.com/${id}`,
    metadata: {},
    passages: texts.map((text) => ({ text, headings: [], url: null })),
    ...change,
  }
}
