import { untilAborted } from '@fairlead/base'
import type { KnowledgeSearcher } from '@fairlead/gateway'
import type { FoundPassage } from '@fairlead/knowledge'
import type { Embedder } from '@fairlead/retrieval'
import type { KnowledgeNews, KnowledgeRequest } from '../worker-messages/knowledge-messages.ts'

/** Searches that wait for the primary process at once. */
const waitingMax = 1000

interface RemoteKnowledgeOptions {
  readonly send: (request: KnowledgeRequest) => void
  /** Makes vectors by calls of this worker's gateway. */
  readonly embedder: (model: string) => Promise<Embedder>
}

/**
 * The knowledge bases whose indexes the primary process has: it is asked for passages, and asks for
 * vectors.
 */
export class RemoteKnowledge implements KnowledgeSearcher {
  readonly #options: RemoteKnowledgeOptions
  readonly #waiting = new Map<number, PromiseWithResolvers<readonly FoundPassage[]>>()
  #questions = 0

  constructor(options: RemoteKnowledgeOptions) {
    this.#options = options
  }

  async search(
    { namespace, name }: Parameters<KnowledgeSearcher['search']>[0],
    { signal, ...query }: Parameters<KnowledgeSearcher['search']>[1],
  ): Promise<readonly FoundPassage[]> {
    if (this.#waiting.size >= waitingMax) throw new Error('too many searches wait for its index')
    this.#questions += 1
    const question = this.#questions
    const answer = Promise.withResolvers<readonly FoundPassage[]>()
    this.#waiting.set(question, answer)
    try {
      this.#options.send({ kind: 'search', question, base: `${namespace}/${name}`, query })
      return await untilAborted(answer.promise, signal)
    } catch (error) {
      if (signal.aborted) this.#options.send({ kind: 'cancel', question })
      throw error
    } finally {
      this.#waiting.delete(question)
    }
  }

  receive(news: KnowledgeNews): void {
    switch (news.kind) {
      case 'found':
        return this.#waiting.get(news.question)?.resolve(news.passages)
      case 'failed':
        return this.#waiting.get(news.question)?.reject(new Error(news.problem))
      case 'vectors-wanted':
        return void this.#makeVectors(news)
    }
  }

  async #makeVectors({
    model,
    question,
    texts,
  }: KnowledgeNews & { readonly kind: 'vectors-wanted' }): Promise<void> {
    const { embedder, send } = this.#options
    try {
      // The gateway bounds how long its own calls take.
      const { signal } = new AbortController()
      const vectors = await (await embedder(model)).embed(texts, { purpose: 'document', signal })
      send({ kind: 'vectors', question, vectors })
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'no vectors could be made'
      send({ kind: 'no-vectors', question, problem })
    }
  }
}
