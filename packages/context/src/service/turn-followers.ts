import type { Item } from '@fairlead/llm'
import type { TurnStore } from '../stores/turn-store.ts'
import type { Turn } from '../turns/turn.ts'
import type { ConversationsOptions } from './conversations-options.ts'
import { followStored } from './follow-stored.ts'
import type { AnswerEnd, FollowedAnswer } from './followed-answer.ts'
import { ForeignEnds } from './foreign-ends.ts'
import { LiveAnswers } from './live-answers.ts'
import type { TurnPlaces } from './turn-places.ts'
import { turnState } from './turn-state.ts'

/** How often the stored output of a joined turn of another process is looked at. */
const joinedPollMs = 100

/**
 * The answers of running turns, for calls that join them: of the turns that this process runs as
 * they come, of others as they are stored. A turn that somebody follows does not give way because
 * its own caller has left.
 */
export class TurnFollowers {
  readonly #store: TurnStore
  readonly #places: TurnPlaces
  /** Of the turns that this process runs, by turn id. */
  readonly #live = new LiveAnswers()
  readonly #ends: ForeignEnds

  constructor({ clock, onTurnEnd, places }: Required<ConversationsOptions>, store: TurnStore) {
    this.#store = store
    this.#places = places
    this.#ends = new ForeignEnds(clock)
    onTurnEnd((tenant, conversation) => this.#ends.note(tenant, conversation))
  }

  begin({ id }: Turn): void {
    this.#live.begin(id)
  }

  grow({ id }: Turn, output: readonly Item[]): void {
    this.#live.grow(id, output)
  }

  end({ id, output }: Turn, end: AnswerEnd): void {
    // The last words of an answer that broke off came after it was last written.
    this.#live.grow(id, output)
    this.#live.end(id, end)
  }

  /** Follows a turn until it ends or the signal aborts. */
  follow(tenant: string, turn: Turn, signal: AbortSignal | undefined): FollowedAnswer {
    const followed = this.#live.follow(turn.id) ?? this.#followStored(tenant, turn)
    const leave = this.#places.follow(tenant, turn.conversation, turn.id)
    signal?.addEventListener('abort', leave, { once: true })
    return {
      async next(aborted) {
        const state = await followed.next(aborted)
        if (state.end !== undefined) {
          signal?.removeEventListener('abort', leave)
          leave()
        }
        return state
      },
    }
  }

  #followStored(tenant: string, { conversation, id }: Turn): FollowedAnswer {
    return followStored({
      read: async () => turnState(await this.#store.turn(tenant, conversation, id)),
      changed: (signal) => this.#ends.wait(tenant, conversation, joinedPollMs, signal),
    })
  }
}
