import { type Embedder, similarity } from '@fairlead/retrieval'

/** How alike two texts are by vectors of a model, from 0 to 1: their cosine, or 0 below that. */
export async function likenessByVectors(
  one: string,
  other: string,
  embedder: Embedder,
  { signal }: { readonly signal: AbortSignal },
): Promise<number> {
  const [first, second] = await embedder.embed([one, other], { purpose: 'document', signal })
  if (first === undefined || second === undefined) throw new Error('the model made no vectors')
  return Math.min(1, Math.max(0, similarity(first, second)))
}
