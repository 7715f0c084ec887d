import { untilAborted } from '@fairlead/base'
import type { Embedder } from '@fairlead/retrieval'
import type { Chunking } from './cutting/chunking.ts'
import type { Cutter } from './cutting/open-cutter.ts'
import { currentContent, documentDigest, hasMetadata } from './document-digest.ts'
import type { KnowledgeIndex } from './knowledge-index.ts'
import type { MetadataValue } from './metadata-filter.ts'
import type { SourceDocument } from './source-document.ts'
import type { DocumentSource } from './sources/document-source.ts'

/** How documents get into an index. */
export interface IndexingOptions {
  readonly index: KnowledgeIndex
  readonly chunking: Chunking
  /** Undefined where only words are searched. */
  readonly embedder: Embedder | undefined
  readonly cutter: Cutter
}

/** Passages of which vectors are made at once. */
const passagesAtOnce = 64

/** As many documents one after the other that cannot be indexed are no fault of theirs. */
const failuresInARowMax = 5

/** How many problems are told of a refresh, and how long each may be. */
const problemsMax = 5
const problemLengthMax = 300

/** One reading of a source into an index. */
export class SourceRefresh {
  /** Documents that could not be read or indexed. */
  failures = 0
  /** The first of what failed. */
  readonly problems: string[] = []
  readonly #source: DocumentSource
  readonly #options: IndexingOptions
  readonly #model: string | null
  readonly #indexed: () => void
  #failedInARow = 0

  /** `indexed` is told of each document that is. */
  constructor(source: DocumentSource, options: IndexingOptions, indexed: () => void) {
    this.#source = source
    this.#options = options
    this.#indexed = indexed
    this.#model = options.embedder?.model ?? null
  }

  /**
   * Rejects if the source cannot be read to its end; nothing is removed then, but what may no longer be
   * found by whom it could.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { chunking, index } = this.#options
    const { name } = this.#source
    const digests = await index.digests(name)
    const known = new Map(
      Array.from(digests, ([id, digest]) => [id, currentContent(digest, chunking, this.#model)]),
    )
    const seen = new Set<string>()
    for await (const change of this.#source.refresh(known, signal)) {
      signal.throwIfAborted()
      const id = change.type === 'document' ? change.document.id : change.id
      seen.add(id)
      if (change.type === 'document') await this.#add(change.document, digests, signal)
      if (change.type !== 'failed') continue
      this.#note(id, change.problem)
      if (change.metadata !== undefined) await this.#hide(id, change.metadata, digests)
    }
    signal.throwIfAborted()
    const gone = [...digests.keys()].filter((id) => !seen.has(id))
    if (gone.length > 0) await index.remove(name, gone)
  }

  async #add(
    document: SourceDocument,
    digests: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<void> {
    const digest = documentDigest(document, this.#options.chunking, this.#model)
    if (digests.get(document.id) === digest) return
    try {
      // What keeps all documents from being indexed is not tried with each, but all of them are read.
      if (this.#failedInARow >= failuresInARowMax) throw new Error('too many before it failed')
      await this.#index(document, digest, signal)
      this.#failedInARow = 0
      this.#indexed()
    } catch (error) {
      signal.throwIfAborted()
      this.#failedInARow += 1
      this.#note(document.id, error instanceof Error ? error.message : 'it was not indexed')
      await this.#hide(document.id, document.metadata, digests)
    }
  }

  /** What is indexed of a document whose metadata is another now may be found by too many. */
  async #hide(
    id: string,
    metadata: Readonly<Record<string, MetadataValue>>,
    digests: ReadonlyMap<string, string>,
  ): Promise<void> {
    const digest = digests.get(id)
    if (digest === undefined || hasMetadata(digest, metadata)) return
    await this.#options.index.remove(this.#source.name, [id])
  }

  async #index(document: SourceDocument, digest: string, signal: AbortSignal): Promise<void> {
    const { chunking, cutter, index } = this.#options
    const { passages, title } = await cutter.cut(document, chunking, signal)
    const vectors = await this.#vectors(
      passages.map(({ headings, text }) => [title ?? '', ...headings, text].join('\n').trim()),
      signal,
    )
    const { id, metadata, url } = document
    await index.put({
      source: this.#source.name,
      id,
      digest,
      title,
      url,
      metadata,
      passages: passages.map((passage, at) => {
        const vector = vectors?.[at]
        return { ...passage, ...(vector === undefined ? {} : { vector }) }
      }),
    })
  }

  async #vectors(
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Float32Array[] | undefined> {
    const { embedder } = this.#options
    if (embedder === undefined) return undefined
    const vectors: Float32Array[] = []
    for (let from = 0; from < texts.length; from += passagesAtOnce) {
      const some = texts.slice(from, from + passagesAtOnce)
      const made = await untilAborted(embedder.embed(some, { purpose: 'document', signal }), signal)
      if (made.length !== some.length) throw new Error('the model made vectors for some texts only')
      vectors.push(...made)
    }
    return vectors
  }

  #note(id: string, problem: string): void {
    this.failures += 1
    if (this.problems.length >= problemsMax) return
    this.problems.push(`${id.slice(0, 200)}: ${problem}`.slice(0, problemLengthMax).toWellFormed())
  }
}
