import { type Clock, type Logger, openScope } from '@fairlead/base'
import type { TurnIndexes } from '../retrieval/turn-indexes.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import type { TurnRequest } from './conversations.ts'
import { makeVectors, type VectorParts } from './make-vectors.ts'

/** Of as many conversations they are made at a time by one process, and as many wait. */
const runningMax = 2
const waitingMax = 256
/** How often a model is asked in a row for one conversation, and how long it has for all of it. */
const batchesMax = 32
const workMs = 120_000

interface VectorMakerOptions extends VectorParts {
  readonly indexes: TurnIndexes
  readonly clock: Clock
  readonly logger: Logger
}

/** A turn that has ended. */
interface EndedTurnForVectors {
  /** As it was stored with the turn. */
  readonly conversation: Conversation
  readonly turn: Turn
  readonly request: Pick<TurnRequest, 'models' | 'strategy'>
}

/**
 * Makes the vectors of turns after turns have ended, while nobody waits for them. What fails is tried
 * again after later turns.
 */
export class VectorMaker {
  readonly #options: VectorMakerOptions
  /** By conversation, the oldest first. */
  readonly #waiting = new Map<string, EndedTurnForVectors>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #end = new AbortController()

  constructor(options: VectorMakerOptions) {
    this.#options = options
  }

  /** Makes what vectors the turn's conversation lacks. Never throws, and blocks nobody. */
  turnEnded(ended: EndedTurnForVectors): void {
    const { conversation, request } = ended
    if (modelOf(request) === undefined || request.models === undefined) return
    if (this.#end.signal.aborted) return
    const key = JSON.stringify([conversation.ccp.tenant, conversation.id])
    if (this.#waiting.size >= waitingMax && !this.#waiting.has(key)) return
    this.#waiting.set(key, ended)
    this.#next()
  }

  /** What is being made is given up: others make it later. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the gateway stops'))
    this.#waiting.clear()
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  #next(): void {
    for (const [key, ended] of this.#waiting) {
      if (this.#running.size >= runningMax) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      const made = this.#make(ended)
        .catch((error: unknown) => {
          const { id } = ended.conversation
          this.#options.logger.warn({ err: error, conversation: id }, 'vectors were not made')
        })
        .finally(() => {
          this.#running.delete(key)
          this.#next()
        })
      this.#running.set(key, made)
    }
  }

  async #make({ conversation: before, request, turn }: EndedTurnForVectors): Promise<void> {
    const { clock, indexes, store } = this.#options
    const embedder = request.models?.embedder(modelOf(request) ?? '')
    const conversation = await store.conversation(before.ccp.tenant, before.id)
    if (conversation === undefined || embedder === undefined) return
    const index = await indexes.indexOf(conversation)
    const parents = [this.#end.signal]
    using scope = openScope({ parents, clock, timeoutMs: workMs, what: 'making vectors' })
    await makeVectors(this.#options, {
      conversation,
      embedder,
      turns: index.pathTo(turn.id),
      batches: batchesMax,
      signal: scope.signal,
    })
  }
}

function modelOf({ strategy }: Pick<TurnRequest, 'strategy'>): string | undefined {
  const { retrieval } = strategy
  return retrieval !== undefined && 'model' in retrieval ? retrieval.model : undefined
}
