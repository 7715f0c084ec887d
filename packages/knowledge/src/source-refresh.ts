import { createHash } from 'node:crypto'
import { canonicalJson, untilAborted } from '@fairlead/base'
import type { Embedder } from '@fairlead/retrieval'
import type { Chunking } from './cutting/chunking.ts'
import type { Cutter } from './cutting/open-cutter.ts'
import type { KnowledgeIndex } from './knowledge-index.ts'
import type { SourceDocument } from './source-document.ts'
import { contentDigest } from './sources/content-digest.ts'
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

/** With another way of cutting, documents are cut again. */
const cuttingVersion = 1

/** One reading of a source into an index. */
export class SourceRefresh {
  failures = 0
  lastProblem: string | undefined
  readonly #source: DocumentSource
  readonly #options: IndexingOptions
  /** Begins the digest of what was cut and embedded as it is now. */
  readonly #manner: string
  #failedInARow = 0

  constructor(source: DocumentSource, options: IndexingOptions) {
    this.#source = source
    this.#options = options
    const { chunking, embedder } = options
    const manner = canonicalJson({ chunking, model: embedder?.model ?? null, cuttingVersion })
    this.#manner = `${createHash('sha256').update(manner).digest('base64url').slice(0, 12)}.`
  }

  /** Rejects if the source cannot be read to its end, or nothing can be indexed; nothing is removed then. */
  async run(signal: AbortSignal): Promise<void> {
    const { index } = this.#options
    const { name } = this.#source
    const digests = await index.digests(name)
    const seen = new Set<string>()
    for await (const change of this.#source.refresh(this.#known(digests), signal)) {
      signal.throwIfAborted()
      const id = change.type === 'document' ? change.document.id : change.id
      seen.add(id)
      if (change.type === 'failed') this.#note(id, change.problem)
      if (change.type === 'document') await this.#add(change.document, digests, signal)
    }
    signal.throwIfAborted()
    const gone = [...digests.keys()].filter((id) => !seen.has(id))
    if (gone.length > 0) await index.remove(name, gone)
  }

  /** The digests of contents that are indexed as they would be now. */
  #known(digests: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const known = new Map<string, string>()
    for (const [id, digest] of digests) {
      const isCurrent = digest.startsWith(this.#manner)
      known.set(id, isCurrent ? digest.slice(this.#manner.length) : '')
    }
    return known
  }

  async #add(
    document: SourceDocument,
    digests: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<void> {
    const digest = `${this.#manner}${contentDigest(document)}`
    if (digests.get(document.id) === digest) return
    try {
      await this.#index(document, digest, signal)
      this.#failedInARow = 0
    } catch (error) {
      signal.throwIfAborted()
      this.#note(document.id, error instanceof Error ? error.message : 'it was not indexed')
      this.#failedInARow += 1
      if (this.#failedInARow >= failuresInARowMax) throw error
    }
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
    this.lastProblem = `${id.slice(0, 200)}: ${problem}`
  }
}
