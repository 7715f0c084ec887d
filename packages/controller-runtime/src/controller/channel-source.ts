import type { Enqueuer } from '../queue/work-queue.ts'
import { type Request, requestKey } from './reconcile.ts'
import type { Source } from './source.ts'
import type { SourceContext } from './source-context.ts'

/** The limit of distinct requests that wait for a controller to start. */
const pendingLimit = 1024

/**
 * Requests from outside Kubernetes: a timer, a webhook, a message. Requests sent before the
 * controller runs are kept, one per name.
 */
export class ChannelSource<R extends object = Request> implements Source<R> {
  readonly name: string
  readonly #keyOf: (request: R) => string
  readonly #pending = new Map<string, R>()
  #queue: Enqueuer<R> | undefined

  /** @param keyOf that of the controller, if its requests are not names */
  constructor(name: string, ...[keyOf]: R extends Request ? [] : [keyOf: (request: R) => string]) {
    this.name = name
    // Without a `keyOf`, the requests are names.
    this.#keyOf = keyOf ?? ((request) => requestKey(request as unknown as Request))
  }

  /** Enqueues the request. Throws if 1024 others already wait for the controller to start. */
  send(request: R): void {
    if (this.#queue !== undefined) {
      this.#queue.add(request, { reason: `sent by ${this.name}` })
      return
    }
    if (this.#pending.size >= pendingLimit) {
      throw new Error(
        `the source ${this.name} holds ${pendingLimit} requests: start its controller`,
      )
    }
    this.#pending.set(this.#keyOf(request), request)
  }

  start({ queue }: SourceContext<R>, signal: AbortSignal): Promise<void> {
    this.#queue = queue
    signal.addEventListener('abort', () => (this.#queue = undefined), { once: true })
    for (const request of this.#pending.values()) this.send(request)
    this.#pending.clear()
    return Promise.resolve()
  }
}
