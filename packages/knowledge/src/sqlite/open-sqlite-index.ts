import { mkdirSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { untilAborted } from '@fairlead/base'
import type { KnowledgeIndex } from '../knowledge-index.ts'
import type { IndexAnswer, IndexJob, IndexOperation } from './index-messages.ts'
import type { SqliteIndexOptions } from './sqlite-index.ts'

/** Sources run as they are, and built files as theirs. */
const program = fileURLToPath(
  new URL(`./index-thread.program${extname(import.meta.filename)}`, import.meta.url),
)

/** So many documents are removed at once: searches need not wait for all of a source to go. */
const removedAtOnce = 200

/** What may wait for the thread at once. */
const waitingMax = 1000

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * Opens the index in a file, which is made where it is missing, in a thread of its own: a search holds
 * up nobody but other searches of it. Rejects when it cannot be opened.
 */
export async function openSqliteIndex(options: SqliteIndexOptions): Promise<KnowledgeIndex> {
  mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 })
  const thread = new IndexThread(options)
  await thread.opened
  const ask = <T>(operation: IndexOperation, ...list: readonly unknown[]) =>
    thread.ask(operation, list) as Promise<T>
  const remove = async (source: string, documents: readonly string[]) => {
    let count = 0
    for (let from = 0; from < documents.length; from += removedAtOnce) {
      count += await ask<number>('remove', source, documents.slice(from, from + removedAtOnce))
    }
    return count
  }
  const digests = (source: string) => ask<ReadonlyMap<string, string>>('digests', source)
  return {
    search: ({ signal, ...query }) => untilAborted(ask('search', query), signal),
    put: (document) => ask('put', document),
    digests,
    remove,
    removeSource: async (source) => remove(source, [...(await digests(source)).keys()]),
    figures: () => ask('figures'),
    close: () => thread.close(),
  }
}

class IndexThread {
  readonly opened: Promise<unknown>
  readonly #thread: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #ended: Promise<void>
  #lastId = 0
  #problem: Error | undefined

  constructor(options: SqliteIndexOptions) {
    this.#thread = new Worker(program, { name: 'knowledge-index', workerData: options })
    this.opened = new Promise((resolve, reject) => this.#waiting.set(0, { resolve, reject }))
    this.#thread.on('message', (answer: IndexAnswer) => this.#settle(answer))
    this.#thread.on('error', (error: unknown) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    })
    this.#ended = new Promise((resolve) => {
      this.#thread.on('exit', () => {
        this.#fail(new Error('the index is closed'))
        resolve()
      })
    })
  }

  ask(operation: IndexOperation, list: readonly unknown[]): Promise<unknown> {
    if (this.#problem !== undefined) return Promise.reject(this.#problem)
    if (this.#waiting.size >= waitingMax) {
      return Promise.reject(new Error('too much is waiting for the index'))
    }
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#thread.postMessage({ id, operation, list } satisfies IndexJob)
    })
  }

  async close(): Promise<void> {
    this.#thread.postMessage('close')
    await this.#ended
  }

  #settle({ error, id, result }: IndexAnswer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(new Error(error))
  }

  #fail(error: Error): void {
    this.#problem ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#problem)
    this.#waiting.clear()
  }
}
