import type { ContextPlan } from '../../plan/context-plan.ts'
import type { Conversation } from '../../turns/conversation.ts'
import type { FinishOutcome, PartialOutput, TurnEndChange } from '../turn-store.ts'
import { finishScript, flushScript, replacePlanScript } from './conversation-scripts.ts'
import type { IndexedConversation, RedisIndexes } from './redis-indexes.ts'
import type { RedisParts } from './redis-parts.ts'
import { textsOf } from './redis-reply.ts'
import { isOver, readConversation } from './stored-conversation.ts'
import { storedTurn } from './stored-turn.ts'

/** What a store in Redis does to conversations that it has, as `TurnStore` describes it. */
export class RedisConversations {
  readonly #parts: RedisParts
  readonly #indexes: RedisIndexes

  constructor(parts: RedisParts, indexes: RedisIndexes) {
    this.#parts = parts
    this.#indexes = indexes
  }

  conversation(tenant: string, id: string): Promise<Conversation | undefined> {
    const { link, keys, clock, retention } = this.#parts
    return link.within(async (session) => {
      const fields = ['run', 'held', 'exp', 'touched', 'conv', 'epoch']
      const found = textsOf(await session.call('HMGET', keys.head(tenant, id), ...fields))
      const [run = '', held = '', expires = '', touched = '', body = '', epoch = ''] = found
      const state = { run, held, expires, touched }
      if (body === '' || isOver(state, clock.now(), retention.ttlMs)) return undefined
      return readConversation(body, epoch)
    })
  }

  async flush(outputs: readonly PartialOutput[]): Promise<void> {
    const { link, keys } = this.#parts
    await link.within((session) =>
      Promise.all(
        outputs.map(({ tenant, conversation, turn, output }) => {
          const values = [turn, JSON.stringify(output)]
          return session.run(flushScript, keys.conversation(tenant, conversation), values)
        }),
      ),
    )
  }

  finish(tenant: string, { turn, epoch, plan }: TurnEndChange): Promise<FinishOutcome> {
    const { link, keys, clock } = this.#parts
    const { body, output, outline, items } = storedTurn(turn)
    const of = { tenant, id: turn.conversation }
    return link.within(async (session) => {
      const outcome = await session.run(finishScript, keys.conversation(tenant, of.id), [
        clock.now(),
        turn.id,
        '',
        body,
        output,
        outline,
        items,
        epoch === undefined ? '' : JSON.stringify(epoch),
        ...(plan === undefined ? ['', ''] : [plan.id, JSON.stringify(plan)]),
      ])
      if (outcome === 'stored') this.#runsNoMore(of, turn.id)
      return finishOutcome(outcome)
    })
  }

  replacePlan(tenant: string, plan: ContextPlan): Promise<boolean> {
    const { link, keys } = this.#parts
    return link.within(async (session) => {
      const id = await this.#indexes.conversationOfPlan(session, tenant, plan.id)
      if (id === undefined) return false
      const values = [plan.id, JSON.stringify(plan)]
      return (await session.run(replacePlanScript, keys.conversation(tenant, id), values)) === 1
    })
  }

  /** The conversation that a plan may belong to. */
  conversationOfPlan(tenant: string, plan: string): Promise<string | undefined> {
    return this.#parts.link.within((session) =>
      this.#indexes.conversationOfPlan(session, tenant, plan),
    )
  }

  #runsNoMore(of: IndexedConversation, turn: string): void {
    this.#parts.link.detach((session) => this.#indexes.dropRun(session, of, turn))
  }
}

function finishOutcome(outcome: unknown): FinishOutcome {
  for (const known of ['stored', 'ended', 'missing'] as const) if (outcome === known) return known
  throw new Error(`Redis answered the end of a turn with ${JSON.stringify(outcome)}`)
}
