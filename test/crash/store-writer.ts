import { createHash } from 'node:crypto'
import { sleep, systemClock } from '@fairlead/base'
import type { SeededRandom } from '@fairlead/base/testing'
import type { ContextStore, Conversation, KeptResponse, Turn } from '@fairlead/context'
import { forgottenPlan } from '../../packages/context/src/plan/forgotten-plan.ts'
import { conversationAt, turnOf } from '../../packages/context/src/stores/test-support/turns.ts'
import { withTurns } from '../../packages/context/src/turns/with-turns.ts'

/** What a writer was told is stored. */
export interface StoredExchange {
  readonly conversation: string
  readonly turn: string
  readonly response: string | null
}

interface WriterParts {
  readonly store: ContextStore
  /** Id of its conversation, in which nobody else writes. */
  readonly id: string
  readonly random: SeededRandom
  /** Told of each turn that was stored with its answer. */
  readonly stored: (exchange: StoredExchange) => void
}

export const tenant = 'team/app'
const retryDelayMs = 20
const responsesEvery = 5

/** The answer to a turn, by which it is recognised. */
export function answerOf(turn: string): string {
  return `${turn} ${createHash('sha256').update(turn).digest('hex').repeat(4)}`
}

/**
 * Adds turns to one conversation, as a gateway does: what the store does not acknowledge is sent again,
 * the same turn with the same key.
 */
export class StoreWriter {
  readonly #parts: WriterParts
  #isStopping = false

  constructor(parts: WriterParts) {
    this.#parts = parts
  }

  /** Resolves when it was told to stop and has what it waits for. */
  async run(): Promise<void> {
    while (!this.#isStopping) await this.#exchange()
  }

  stop(): void {
    this.#isStopping = true
  }

  async #exchange(): Promise<void> {
    const { store, id, random, stored } = this.#parts
    const turn = await this.#begin()
    if (turn === undefined) return
    const output = [assistant(`answer_${turn.id}`, answerOf(turn.id))]
    if (random.chance(0.5)) {
      const part = [assistant(`answer_${turn.id}`, answerOf(turn.id).slice(0, 20))]
      const place = { tenant, conversation: id, turn: turn.id }
      await untilDone(() => store.flush([{ ...place, output: part }]))
    }
    const ended = { ...turn, status: 'completed', output, completed_at: 2 } as const
    const outcome = await untilDone(() => store.finish(tenant, { turn: ended }))
    // Ended: by an attempt whose outcome was not told.
    if (outcome === 'missing') throw new Error(`${turn.id} is lost`)
    const isWithResponse = turn.seq % responsesEvery === 0
    const response = isWithResponse ? await this.#respond(turn) : null
    stored({ conversation: id, turn: turn.id, response })
  }

  /** Stores a running turn, once, however often that is tried; none where it is to stop first. */
  async #begin(): Promise<Turn | undefined> {
    const { store, id } = this.#parts
    for (;;) {
      const query = { pathMax: 3 }
      const basis = await untilDone(() => store.basis(tenant, id, query))
      if (basis?.running !== undefined) {
        // Of a process that was killed: another ends it.
        if (this.#isStopping) return undefined
        await sleep(systemClock, retryDelayMs)
        continue
      }
      const before: Conversation = basis?.conversation ?? conversationAt(0, tenant, id)
      const seq = before.ccp.turns + 1
      const name = `turn_${id}_${seq}_${this.#parts.random.below(2 ** 32).toString(36)}`
      const turn = turnOf(id, seq, {
        id: name,
        parent: before.ccp.head,
        plan: `plan_${name}`,
        input: [{ ...assistant(`msg_${name}`, `question ${name}`), role: 'user' }],
        idempotency_key: name,
        request_digest: name,
      })
      const change = {
        expectedRevision: basis === undefined ? null : before.ccp.revision,
        conversation: withTurns(before, [turn]),
        turns: [turn],
        plan: forgottenPlan(turn),
      }
      if ((await this.#append(change, turn.id)) === 'stored') return turn
    }
  }

  /** What is not acknowledged may be stored all the same. */
  async #append(
    change: Parameters<ContextStore['append']>[0],
    turn: string,
  ): Promise<'stored' | 'other'> {
    const { store, id } = this.#parts
    const outcome = await untilDone(() => store.append(change))
    if (outcome === 'stored') return 'stored'
    const known = await untilDone(() => store.basis(tenant, id, { pathMax: 1, key: turn }))
    return known?.keyed?.id === turn ? 'stored' : 'other'
  }

  async #respond(turn: Turn): Promise<string> {
    const { store, id } = this.#parts
    const response = `resp_${turn.id}`
    const begun = responseOf(response, id)
    const isThere = async () => (await store.responses.load(tenant, response)) !== undefined
    await untilDone(async () => {
      if (!(await isThere())) await store.responses.add(begun)
    })
    await untilDone(() =>
      store.responses.finish({
        tenant,
        id: response,
        status: 'completed',
        body: {},
        output: [{ type: 'message', id: `out_${turn.id}`, text: answerOf(turn.id) }],
        error: null,
        answeredBy: null,
        completedAt: 2,
        firstFrame: 0,
        frames: ['one', 'two'],
      }),
    )
    return response
  }
}

function assistant(id: string, text: string) {
  const content = [{ type: 'output_text', text }] as const
  return { type: 'message', role: 'assistant', id, content } as const
}

function responseOf(id: string, conversation: string): KeptResponse {
  return {
    id,
    tenant,
    previous: null,
    conversation,
    status: 'in_progress',
    background: false,
    body: {},
    input: [],
    output: [],
    error: null,
    answered_by: null,
    created_at: 1,
    completed_at: null,
  }
}

/** The store may be down: what it rejects is tried again. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch {
      await sleep(systemClock, retryDelayMs)
    }
  }
}
