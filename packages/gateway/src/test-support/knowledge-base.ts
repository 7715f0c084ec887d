import type { KnowledgeBaseSettings, KnowledgeUse } from '@fairlead/snapshot'

/** A KnowledgeBase for everybody, which has an index of words. */
export function knowledgeBaseOf(
  name: string,
  parts: Partial<KnowledgeBaseSettings> = {},
): KnowledgeBaseSettings {
  return {
    namespace: 'default',
    name,
    generation: 1,
    sources: [],
    retriever: undefined,
    chunking: { maxTokens: 400, overlapTokens: 40, splitOn: 'Headings' },
    index: { mode: 'BM25', embeddingModel: undefined },
    store: { type: 'SQLite', path: `${name}.db` },
    rerank: undefined,
    access: { groups: ['*'], filter: undefined },
    ...parts,
  }
}

/** What a strategy retrieves of one base. */
export function knowledgeUseOf(base: string, parts: Partial<KnowledgeUse> = {}): KnowledgeUse {
  return {
    bases: [{ key: `default/${base}`, topK: 5, minScore: undefined }],
    query: { mode: 'LastUserMessage' },
    maxTokens: 2000,
    placement: 'Tail',
    template: undefined,
    citations: 'None',
    onFailure: 'Continue',
    ...parts,
  }
}
