import type { Clock, Logger, Timer } from '@fairlead/base'
import type { SecretSource } from '@fairlead/gateway'
import type { KnowledgeIndex, SharedIndex } from '@fairlead/knowledge'

interface MovingIndexOptions {
  /** What the Secret has now; throws an Error in words where it has nothing. */
  readonly url: () => string
  readonly open: (url: string) => Promise<KnowledgeIndex>
  /** Called when another URL is used from now on: it may lead to another database. */
  readonly moved: () => void
  readonly secrets: Pick<SecretSource, 'subscribe'>
  readonly clock: Pick<Clock, 'setTimer'>
  readonly logger: Logger
  /** For messages. */
  readonly base: string
}

const retryMs = 10_000

/**
 * An index whose URL may change, as when its password does. The one before serves until the new one is
 * open; one that cannot be opened is tried again every 10 seconds.
 */
export class MovingIndex implements KnowledgeIndex {
  readonly shared: SharedIndex
  readonly #options: MovingIndexOptions
  readonly #unsubscribe: () => void
  #url: string
  #index: KnowledgeIndex
  #turn: Promise<void> = Promise.resolve()
  #retry: Timer | undefined
  #isClosed = false

  private constructor(options: MovingIndexOptions, url: string, index: KnowledgeIndex) {
    this.#options = options
    this.#url = url
    this.#index = index
    this.shared = {
      mayRefresh: async () => (await this.#index.shared?.mayRefresh()) ?? true,
      tell: async (source, standing) => this.#index.shared?.tell(source, standing),
      told: async () => (await this.#index.shared?.told()) ?? new Map<string, string>(),
    }
    this.#unsubscribe = options.secrets.subscribe(() => this.#followSoon())
  }

  static async open(options: MovingIndexOptions): Promise<MovingIndex> {
    const url = options.url()
    const index = new MovingIndex(options, url, await options.open(url))
    // It may have changed meanwhile.
    index.#followSoon()
    return index
  }

  search(...query: Parameters<KnowledgeIndex['search']>): ReturnType<KnowledgeIndex['search']> {
    return this.#index.search(...query)
  }

  put(...document: Parameters<KnowledgeIndex['put']>): ReturnType<KnowledgeIndex['put']> {
    return this.#index.put(...document)
  }

  digests(source: string): ReturnType<KnowledgeIndex['digests']> {
    return this.#index.digests(source)
  }

  remove(source: string, documents: readonly string[]): Promise<number> {
    return this.#index.remove(source, documents)
  }

  removeSource(source: string): Promise<number> {
    return this.#index.removeSource(source)
  }

  figures(): ReturnType<KnowledgeIndex['figures']> {
    return this.#index.figures()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#unsubscribe()
    this.#retry?.cancel()
    await this.#turn
    await this.#index.close()
  }

  #followSoon(): void {
    this.#retry?.cancel()
    this.#turn = this.#turn.then(() => this.#follow())
  }

  async #follow(): Promise<void> {
    if (this.#isClosed) return
    const { base, clock, logger, moved, open } = this.#options
    try {
      const url = this.#options.url()
      if (url === this.#url) return
      const before = this.#index
      this.#index = await open(url)
      this.#url = url
      moved()
      await before.close()
    } catch (error) {
      const problem = error instanceof Error ? error.message : 'it cannot be opened'
      logger.warn(
        { knowledgeBase: base, problem },
        'the index of a knowledge base cannot be used by the URL that its Secret has now; the one before serves',
      )
      if (!this.#isClosed) this.#retry = clock.setTimer(retryMs, () => this.#followSoon())
    }
  }
}
