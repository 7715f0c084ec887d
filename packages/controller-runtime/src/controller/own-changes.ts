import type { TypedObject } from '@fairlead/kube-core'
import { onlyStatusDiffers } from '../cache/own-writes.ts'
import type { OwnWrites } from '../cache/own-writes.ts'
import type { AddOptions, Enqueuer } from '../queue/work-queue.ts'
import { type Request, requestKey } from './reconcile.ts'

/** A request that an update causes while its reconcile runs, which may have made the update. */
interface Held {
  readonly request: Request
  readonly before: TypedObject
  readonly after: TypedObject
  readonly options: AddOptions | undefined
}

const heldLimit = 16

/**
 * Keeps a reconcile from being called again because of a status that it wrote itself. Updates that
 * arrive while it runs, perhaps before the answer to the write that made them, are held back until
 * it ends; its name is locked until then in any case.
 */
export class OwnChanges {
  readonly #controller: string
  readonly #writes: OwnWrites
  readonly #queue: Enqueuer<Request>
  readonly #keyOf: (request: Request) => string
  readonly #running = new Map<string, Held[]>()

  /** @param keyOf that of the controller, if its requests are not names */
  constructor(controller: string, writes: OwnWrites, queue: Enqueuer<Request>, keyOf = requestKey) {
    this.#controller = controller
    this.#writes = writes
    this.#queue = queue
    this.#keyOf = keyOf
  }

  /** Takes note of whatever the work writes as done for the request. */
  async during<T>(request: Request, work: () => Promise<T>): Promise<T> {
    const key = this.#keyOf(request)
    const held: Held[] = []
    this.#running.set(key, held)
    try {
      return await this.#writes.as(this.#writerOf(key), work)
    } finally {
      this.#running.delete(key)
      for (const one of held) this.#release(one)
    }
  }

  /** Adds the request that an update causes, unless its reconcile made the update. */
  add(request: Request, before: TypedObject, after: TypedObject, options?: AddOptions): void {
    if (this.#isOwn(request, before, after)) return
    const held = this.#running.size === 0 ? undefined : this.#running.get(this.#keyOf(request))
    if (held === undefined || !onlyStatusDiffers(before, after)) this.#queue.add(request, options)
    else if (held.length < heldLimit) held.push({ request, before, after, options })
    else this.#queue.add(request, options)
  }

  #release({ request, before, after, options }: Held): void {
    if (!this.#isOwn(request, before, after)) this.#queue.add(request, options)
  }

  #isOwn(request: Request, before: TypedObject, after: TypedObject): boolean {
    const writer = this.#writes.writerOf(before, after)
    return writer !== undefined && writer === this.#writerOf(this.#keyOf(request))
  }

  #writerOf(key: string): string {
    return `${this.#controller} ${key}`
  }
}
