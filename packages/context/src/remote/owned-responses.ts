import type { Clock } from '@fairlead/base'
import { interrupted } from '../service/interrupted-response.ts'
import { hasEnded, type KeptResponse, type ResponseError } from '../stores/kept-response.ts'
import type { ResponseEnd, ResponseFinish, ResponseStore } from '../stores/response-store.ts'
import type { StoreMembers } from '../stores/store-members.ts'
import type { ResponseOperation } from './store-messages.ts'

/** What replicas tell each other of a response that is to end. */
const cancelType = 'response-cancel'

/** One process that runs responses. */
export interface ResponseAsker {
  /** Its process is gone: what it began will not be ended by it. */
  readonly gone: boolean
  cancelResponse(store: number, tenant: string, id: string): void
}

interface OwnedResponsesOptions {
  /** Of the store. */
  readonly number: number
  readonly store: ResponseStore
  /** Who else may run responses of it; undefined for nobody. */
  readonly members: StoreMembers | undefined
  readonly clock: Pick<Clock, 'now'>
}

interface RunningResponse {
  readonly tenant: string
  readonly id: string
  readonly asker: ResponseAsker
}

/**
 * The kept responses of a store that this process has opened for others. It knows who runs which,
 * and ends those of one that is gone.
 */
export class OwnedResponses {
  readonly #number: number
  readonly #store: ResponseStore
  readonly #members: StoreMembers | undefined
  readonly #clock: Pick<Clock, 'now'>
  readonly #running = new Map<string, RunningResponse>()
  readonly #unsubscribe: (() => void) | undefined

  constructor({ number, store, members, clock }: OwnedResponsesOptions) {
    this.#number = number
    this.#store = store
    this.#members = members
    this.#clock = clock
    this.#unsubscribe = members?.subscribe(({ type, tenant, id }) => {
      if (type !== cancelType || typeof tenant !== 'string' || typeof id !== 'string') return
      this.#cancelHere(tenant, id)
    })
  }

  /** Listens to other replicas no more. */
  close(): void {
    this.#unsubscribe?.()
  }

  /** Does what a client asks; `list` is the arguments. Rejects when the store is unavailable. */
  perform(
    asker: ResponseAsker,
    operation: ResponseOperation,
    list: readonly unknown[],
  ): Promise<unknown> {
    // Unchecked: both ends are the same version of the same program.
    const [first, second, third, fourth] = list as [never, never, never, never]
    switch (operation) {
      case 'response-add':
        return this.#add(asker, first)
      case 'response-load':
        return this.#store.load(first, second)
      case 'response-chain':
        return this.#store.chain(first, second, third)
      case 'response-flush':
        return this.#store.flush(first)
      case 'response-finish':
        return this.#finish(first)
      case 'response-frames':
        return this.#store.frames(first, second, third, fourth)
      case 'response-with-item':
        return this.#store.responseWithItem(first, second)
      case 'response-remove':
        return this.#remove(first, second)
      case 'response-recover':
        return this.endThoseOf(asker, first, second)
      case 'response-expire':
        return this.#store.expire()
      case 'response-cancel':
        return this.#cancel(first, second)
    }
  }

  /**
   * Ends the running responses of a client as `failed`, with what was flushed. `completedAt` is in
   * Unix seconds, and now when left out. Returns how many.
   */
  async endThoseOf(
    asker: ResponseAsker,
    error: ResponseError = interrupted,
    completedAt = Math.floor(this.#clock.now() / 1000),
  ): Promise<number> {
    const running = [...this.#running.values()].filter((one) => one.asker === asker)
    await Promise.all(running.map((one) => this.#endFailed(one, error, completedAt)))
    return running.length
  }

  async #add(asker: ResponseAsker, response: KeptResponse): Promise<boolean> {
    if (!(await this.#store.add(response))) return false
    const { tenant, id, status } = response
    if (hasEnded(status)) return true
    this.#running.set(keyOf(tenant, id), { tenant, id, asker })
    if (asker.gone) await this.endThoseOf(asker)
    return true
  }

  async #finish(end: ResponseEnd): Promise<ResponseFinish> {
    const outcome = await this.#store.finish(end)
    this.#running.delete(keyOf(end.tenant, end.id))
    return outcome
  }

  async #remove(tenant: string, id: string): Promise<boolean> {
    const existed = await this.#store.remove(tenant, id)
    this.#running.delete(keyOf(tenant, id))
    return existed
  }

  /** Tells whoever runs it, here or in another replica. */
  async #cancel(tenant: string, id: string): Promise<void> {
    if (!this.#cancelHere(tenant, id)) this.#members?.publish({ type: cancelType, tenant, id })
  }

  #cancelHere(tenant: string, id: string): boolean {
    const running = this.#running.get(keyOf(tenant, id))
    running?.asker.cancelResponse(this.#number, tenant, id)
    return running !== undefined
  }

  async #endFailed(
    { tenant, id }: RunningResponse,
    error: ResponseError,
    completedAt: number,
  ): Promise<void> {
    const response = await this.#store.load(tenant, id)
    if (response !== undefined && !hasEnded(response.status)) {
      const { body, output } = response
      await this.#store.finish({
        tenant,
        id,
        status: 'failed',
        body,
        output,
        error,
        answeredBy: null,
        completedAt,
        firstFrame: 0,
        frames: [],
      })
    }
    this.#running.delete(keyOf(tenant, id))
  }
}

function keyOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id])
}
