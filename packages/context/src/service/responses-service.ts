import { sleep } from '@fairlead/base'
import { hasEnded, type KeptResponse } from '../stores/kept-response.ts'
import type { ChainBounds, ResponseEnd, ResponseStore } from '../stores/response-store.ts'
import type { NewId } from '../turns/ulid.ts'
import { conversationNotFound } from './conversation-errors.ts'
import type { ConversationsOptions } from './conversations-options.ts'
import { interrupted } from './interrupted-response.ts'
import { ResponseWriter } from './open-response.ts'
import {
  previousResponseNotFound,
  previousResponsesTooLong,
  responseInProgress,
  responseNotFound,
  responseNotInBackground,
} from './response-errors.ts'
import type {
  NewResponse,
  OpenResponse,
  OutputItem,
  Responses,
  SeenFrames,
  SeenResponse,
} from './responses.ts'
import { RunningResponse } from './running-response.ts'
import { withinDeadline, withResponseDeadlines } from './store-deadline.ts'

/** How long a response may take to end when it is cancelled, before it is ended for it. */
const cancelWaitMs = 2000
const cancelPollMs = 20

/** Bytes of frames that are read at a time. */
const frameBytesMax = 256 * 1024

/** How often a response that another process runs is looked at: as often as what it has is written. */
const pollMs = 100

/** Further ends are forgotten. */
const maxUnstored = 1000

type Settings = Required<ConversationsOptions>

export class ResponsesService implements Responses {
  readonly newId = () => this.#newId('resp_')
  readonly newItemId: NewId
  readonly #settings: Settings
  readonly #store: ResponseStore
  readonly #newId: NewId
  /** Those that this process runs, by tenant and id. */
  readonly #running = new Map<string, RunningResponse>()
  /** Ends that could not be stored; each is stored when its response is asked for. */
  readonly #unstored = new Map<string, ResponseEnd>()

  constructor(settings: Settings, newId: NewId) {
    const { clock, deadlineMs, responseCancels } = settings
    this.#settings = settings
    this.#store = withResponseDeadlines(settings.store.responses, clock, deadlineMs)
    this.#newId = newId
    this.newItemId = newId
    responseCancels.onRequest((tenant, id) => this.#running.get(keyOf(tenant, id))?.cancel())
  }

  async begin(begun: NewResponse, cancel: () => void): Promise<OpenResponse> {
    const { clock, logger } = this.#settings
    const response: KeptResponse = {
      ...begun,
      output: [],
      error: null,
      answered_by: null,
      completed_at: null,
    }
    const key = keyOf(response.tenant, response.id)
    const running = new RunningResponse(cancel)
    this.#running.set(key, running)
    try {
      await this.#add(response)
    } catch (error) {
      this.#running.delete(key)
      throw error
    }
    return new ResponseWriter({
      response,
      store: this.#store,
      clock,
      logger,
      written: () => running.noteWrite(),
      ended: (end, outcome) => {
        this.#running.delete(key)
        running.noteWrite()
        if (outcome === 'unavailable' && this.#unstored.size < maxUnstored) {
          this.#unstored.set(key, end)
        }
      },
    })
  }

  async get(tenant: string, id: string): Promise<KeptResponse> {
    await this.#storeEnd(tenant, id)
    const response = await this.#store.load(tenant, id)
    if (response === undefined) throw responseNotFound(id)
    return response
  }

  async chain(tenant: string, id: string, bounds: ChainBounds): Promise<readonly KeptResponse[]> {
    await this.#storeEnd(tenant, id)
    const chain = await this.#store.chain(tenant, id, bounds)
    if (chain.outcome === 'missing') throw previousResponseNotFound(chain.id)
    if (chain.outcome === 'too-long') throw previousResponsesTooLong(id)
    const running = chain.responses.find(({ status }) => !hasEnded(status))
    if (running !== undefined) throw responseInProgress(running.id)
    return chain.responses
  }

  async outputItem(tenant: string, itemId: string): Promise<OutputItem | undefined> {
    const id = await this.#store.responseWithItem(tenant, itemId)
    const response = id === undefined ? undefined : await this.#store.load(tenant, id)
    const index = response?.output.findIndex((item) => item['id'] === itemId) ?? -1
    const item = response?.output[index]
    return response === undefined || item === undefined ? undefined : { item, index, response }
  }

  async frames(tenant: string, id: string, from: number): Promise<SeenFrames> {
    // Before what is stored is read: what is written meanwhile counts as more.
    const seen = this.#running.get(keyOf(tenant, id))?.writes
    const frames = await this.#store.frames(tenant, id, from, frameBytesMax)
    if (frames === undefined) throw responseNotFound(id)
    return { ...frames, seen }
  }

  untilMore({ id, seen, tenant }: SeenResponse, signal: AbortSignal): Promise<void> {
    if (seen === undefined) return sleep(this.#settings.clock, pollMs, signal)
    const running = this.#running.get(keyOf(tenant, id))
    return running === undefined ? Promise.resolve() : running.untilWrittenAfter(seen, signal)
  }

  async remove(tenant: string, id: string): Promise<void> {
    const response = await this.get(tenant, id)
    if (!hasEnded(response.status)) await this.#requestCancel(tenant, id)
    if (!(await this.#store.remove(tenant, id))) throw responseNotFound(id)
  }

  async cancel(tenant: string, id: string): Promise<KeptResponse> {
    const { clock } = this.#settings
    const response = await this.get(tenant, id)
    if (hasEnded(response.status)) {
      if (!response.background) throw responseNotInBackground(id)
      return response
    }
    await this.#requestCancel(tenant, id)
    const untilMs = clock.monotonicMs() + cancelWaitMs
    for (;;) {
      const now = await this.get(tenant, id)
      if (hasEnded(now.status)) return now
      if (clock.monotonicMs() >= untilMs) {
        await this.#endCancelled(now)
        return this.get(tenant, id)
      }
      await sleep(clock, cancelPollMs)
    }
  }

  /** Ends what an earlier process left running. Returns how many. */
  recover(): Promise<number> {
    return this.#store.recover(interrupted, this.#nowSeconds())
  }

  /** Deletes those that have expired. Returns how many. */
  expire(): Promise<number> {
    return this.#store.expire()
  }

  async #requestCancel(tenant: string, id: string): Promise<void> {
    const here = this.#running.get(keyOf(tenant, id))
    if (here !== undefined) return here.cancel()
    const { clock, deadlineMs, responseCancels } = this.#settings
    await withinDeadline(clock, deadlineMs, () => responseCancels.request(tenant, id))
  }

  async #add(response: KeptResponse): Promise<void> {
    const { store, clock, deadlineMs } = this.#settings
    const added = store.responses.add(response)
    let isStored: boolean
    try {
      isStored = await withinDeadline(clock, deadlineMs, () => added)
    } catch (error) {
      // Its caller was told that it was not stored.
      added.then(() => this.#endCancelled(response)).catch(() => {})
      throw error
    }
    // It was deleted while its turn began.
    if (!isStored) throw conversationNotFound(response.conversation ?? '')
  }

  async #endCancelled({ tenant, id, body, output }: KeptResponse): Promise<void> {
    await this.#store.finish({
      tenant,
      id,
      status: 'cancelled',
      body,
      output,
      error: null,
      answeredBy: null,
      completedAt: this.#nowSeconds(),
      // What is running may still write frames of its own: no number is known to be free.
      firstFrame: 0,
      frames: [],
    })
  }

  async #storeEnd(tenant: string, id: string): Promise<void> {
    const key = keyOf(tenant, id)
    const end = this.#unstored.get(key)
    if (end === undefined) return
    await this.#store.finish(end)
    this.#unstored.delete(key)
  }

  #nowSeconds(): number {
    return Math.floor(this.#settings.clock.now() / 1000)
  }
}

function keyOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id])
}
