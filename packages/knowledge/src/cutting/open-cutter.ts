import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { abortReason, type Clock, type Timer } from '@fairlead/base'
import type { SourceDocument } from '../source-document.ts'
import type { Chunking, CutDocument } from './chunking.ts'
import type { CutAnswer, CutJob } from './cutter-messages.ts'

/** Sources run as they are, and built files as theirs. */
const program = fileURLToPath(
  new URL(`./cutter-thread.program${extname(import.meta.filename)}`, import.meta.url),
)

const heapMegabytesMax = 512
/** What readers may hold beside the heap, such as the streams of a PDF as they are unpacked. */
const externalBytesMax = 512 * 1024 * 1024
const memoryCheckMs = 100
const defaultDeadlineMs = 30_000

/** Cuts documents where none can hold up or exhaust the process. */
export interface Cutter {
  /** One at a time. Rejects with an Error in words for a document that cannot be read, or not within bounds. */
  cut(document: SourceDocument, chunking: Chunking, signal: AbortSignal): Promise<CutDocument>
  close(): Promise<void>
}

interface CutterOptions {
  readonly clock: Pick<Clock, 'setTimer'>
  /** How long a document may take; 30 s by default. */
  readonly deadlineMs?: number
}

/** A cutter in a thread of its own, which is ended with a document that takes too much time or memory. */
export function openCutter(options: CutterOptions): Cutter {
  return new ThreadCutter(options)
}

class ThreadCutter implements Cutter {
  readonly #options: CutterOptions
  #thread: Worker | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: CutterOptions) {
    this.#options = options
  }

  cut(document: SourceDocument, chunking: Chunking, signal: AbortSignal): Promise<CutDocument> {
    const cut = this.#turn.then(() => this.#cut({ document, chunking }, signal))
    this.#turn = cut.catch(() => undefined)
    return cut
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#end()
  }

  #cut(job: CutJob, signal: AbortSignal): Promise<CutDocument> {
    if (signal.aborted) return Promise.reject(abortReason(signal))
    if (this.#isClosed) return Promise.reject(new Error('the cutter is closed'))
    const { clock, deadlineMs = defaultDeadlineMs } = this.#options
    const thread = this.#started()
    const timers: Timer[] = []
    const { promise, reject, resolve } = Promise.withResolvers<CutDocument>()
    const giveUp = (error: Error) => {
      reject(error)
      void this.#end()
    }
    const onMessage = (answer: CutAnswer) => {
      if ('cut' in answer) resolve(answer.cut)
      else reject(new Error(answer.problem))
    }
    const onError = () => giveUp(new Error('the document needs too much memory'))
    const onExit = () => giveUp(new Error('the cutter was closed'))
    const onAbort = () => giveUp(abortReason(signal))
    const onDeadline = () =>
      giveUp(new Error(`the document took longer than ${deadlineMs} ms to read`))
    timers[0] = clock.setTimer(deadlineMs, onDeadline)
    const watch = () => {
      timers[1] = clock.setTimer(memoryCheckMs, () => {
        void externalBytes(thread).then((bytes) => {
          if (bytes > externalBytesMax) onError()
          else if (timers.length > 0) watch()
        })
      })
    }
    watch()
    thread.once('message', onMessage).once('error', onError).once('exit', onExit)
    signal.addEventListener('abort', onAbort, { once: true })
    thread.postMessage(job)
    return promise.finally(() => {
      for (const timer of timers.splice(0)) timer.cancel()
      thread.off('message', onMessage).off('error', onError).off('exit', onExit)
      signal.removeEventListener('abort', onAbort)
    })
  }

  #started(): Worker {
    if (this.#thread !== undefined) return this.#thread
    const thread = new Worker(program, {
      name: 'document-cutter',
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax },
    })
    // A process that has nothing else to do may end.
    thread.unref()
    thread.on('error', () => this.#lose(thread)).on('exit', () => this.#lose(thread))
    this.#thread = thread
    return thread
  }

  #lose(thread: Worker): void {
    if (this.#thread === thread) this.#thread = undefined
  }

  async #end(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    await thread?.terminate()
  }
}

/** 0 for a thread that does not run yet or any more. */
async function externalBytes(thread: Worker): Promise<number> {
  const statistics = await thread.getHeapStatistics().catch(() => undefined)
  return statistics?.external_memory ?? 0
}
