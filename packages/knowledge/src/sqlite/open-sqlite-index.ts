import { mkdirSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { untilAborted } from '@fairlead/base'
import type { FoundPassage } from '../found-passage.ts'
import type { KnowledgeIndex } from '../knowledge-index.ts'
import type { IndexAnswer, IndexOperation } from './index-messages.ts'
import { JobQueue, type WaitingJob } from './job-queue.ts'
import type { SqliteIndexOptions } from './sqlite-index.ts'

/** Sources run as they are, and built files as theirs. */
const program = fileURLToPath(
  new URL(`./index-thread.program${extname(import.meta.filename)}`, import.meta.url),
)

/** So many documents are removed at once: searches need not wait for all of a source to go. */
const removedAtOnce = 200

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
    search: ({ signal, ...query }) =>
      untilAborted(
        thread.ask('search', [query], signal) as Promise<readonly FoundPassage[]>,
        signal,
      ),
    put: (document) => ask('put', document),
    digests,
    remove,
    removeSource: async (source) => remove(source, [...(await digests(source)).keys()]),
    figures: () => ask('figures'),
    ended: thread.ended,
    close: () => thread.close(),
  }
}

class IndexThread {
  readonly opened: Promise<unknown>
  readonly ended: Promise<void>
  readonly #thread: Worker
  readonly #queue = new JobQueue()
  /** What the thread works on: opening the file, at first. */
  #running: Pick<WaitingJob, 'resolve' | 'reject'> | undefined
  #isClosing = false
  #problem: Error | undefined

  constructor(options: SqliteIndexOptions) {
    this.#thread = new Worker(program, { name: 'knowledge-index', workerData: options })
    const opening = Promise.withResolvers<unknown>()
    this.opened = opening.promise
    this.#running = opening
    this.#thread.on('message', (answer: IndexAnswer) => this.#settle(answer))
    this.#thread.on('error', (error: unknown) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
    })
    this.ended = new Promise((resolve) => {
      this.#thread.on('exit', () => {
        this.#fail(new Error('the index is closed'))
        resolve()
      })
    })
  }

  /** With a signal, it is not begun any more once that is aborted. */
  ask(operation: IndexOperation, list: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    if (this.#problem !== undefined) return Promise.reject(this.#problem)
    if (this.#isClosing) return Promise.reject(new Error('the index is closed'))
    return new Promise((resolve, reject) => {
      this.#queue.add({ job: { operation, list }, signal, resolve, reject })
      this.#next()
    })
  }

  /** What was asked before is done. */
  async close(): Promise<void> {
    this.#isClosing = true
    this.#next()
    await this.ended
  }

  #next(): void {
    while (this.#running === undefined) {
      const waiting = this.#queue.next()
      if (waiting === undefined) {
        if (this.#isClosing) this.#thread.postMessage('close')
        return
      }
      try {
        this.#thread.postMessage(waiting.job)
        this.#running = waiting
      } catch (error) {
        waiting.reject(error instanceof Error ? error : new Error(String(error)))
      }
    }
  }

  #settle({ error, result }: IndexAnswer): void {
    const running = this.#running
    this.#running = undefined
    if (error === undefined) running?.resolve(result)
    else running?.reject(new Error(error))
    this.#next()
  }

  #fail(error: Error): void {
    this.#problem ??= error
    this.#running?.reject(this.#problem)
    this.#running = undefined
    this.#queue.fail(this.#problem)
  }
}
