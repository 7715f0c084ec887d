import { sleep } from '@fairlead/base'
import type { Item, ModelError, ModelResponse } from '@fairlead/llm'
import type { AnswerPart, AnswerStore } from '../stores/answer-store.ts'
import type { KeptAnswer } from '../stores/kept-answer.ts'
import type { NewId } from '../turns/ulid.ts'
import type { Answers, NewAnswer, OpenAnswer } from './answers.ts'
import { AnswerWriter } from './answer-writer.ts'
import { idempotencyConflict, joinedCallFailed } from './conversation-errors.ts'
import type { ConversationsOptions } from './conversations-options.ts'
import type { EarlierAnswer } from './conversations.ts'
import { followStored } from './follow-stored.ts'
import type { AnswerState, FollowedAnswer } from './followed-answer.ts'
import { LiveAnswers } from './live-answers.ts'
import { withAnswerDeadlines, withinDeadline } from './store-deadline.ts'
import { errorForJoined } from './turn-state.ts'

/** How often the stored output of an answer that another process makes is looked at. */
const pollMs = 100

/** Further ones are forgotten, and count as abandoned after a while. */
const maxUndropped = 1000

type Settings = Required<ConversationsOptions>

export class AnswersService implements Answers {
  readonly #settings: Settings
  readonly #store: AnswerStore
  readonly #newId: NewId
  /** Those that this process makes, by id. */
  readonly #live = new LiveAnswers()
  /** Answers that are over and could not be forgotten, by id; each is when its key is used. */
  readonly #undropped = new Map<string, AnswerPart>()

  constructor(settings: Settings, newId: NewId) {
    const { clock, deadlineMs, store } = settings
    this.#settings = settings
    this.#store = withAnswerDeadlines(store.answers, clock, deadlineMs)
    this.#newId = newId
  }

  async begin({ digest, key, response, tenant }: NewAnswer): Promise<OpenAnswer> {
    const begun: KeptAnswer = {
      tenant,
      key,
      id: this.#newId('ans_'),
      digest,
      response: response ?? null,
      created_at: this.#nowSeconds(),
      output: [],
      whole: null,
    }
    for (;;) {
      const known = await this.#begin(begun)
      if (known === undefined) return this.#open(begun)
      if (known.digest !== digest) throw idempotencyConflict()
      if (!(await this.#dropAbandoned(known))) return earlier(known, this.#answerOf(known))
    }
  }

  /** Forgets what an earlier process has left. Returns how many. */
  recover(): Promise<number> {
    return this.#store.recover()
  }

  /** Deletes those that have expired. Returns how many. */
  expire(): Promise<number> {
    return this.#store.expire()
  }

  async #begin(answer: KeptAnswer): Promise<KeptAnswer | undefined> {
    // Before it is stored, so that no call finds it stored and made by nobody.
    this.#live.begin(answer.id)
    const { clock, deadlineMs, store } = this.#settings
    const beginning = store.answers.begin(answer)
    try {
      const known = await withinDeadline(clock, deadlineMs, () => beginning)
      if (known !== undefined) this.#live.forget(answer.id)
      return known
    } catch (error) {
      this.#live.forget(answer.id)
      // Its caller is told that it was not begun.
      beginning
        .then((known) => (known === undefined ? store.answers.drop(answer) : undefined))
        .catch(() => this.#dropLater(answer))
      throw error
    }
  }

  #open(answer: KeptAnswer): OpenAnswer {
    const { id } = answer
    const writer = new AnswerWriter(answer, this.#store, this.#settings.logger)
    return {
      id: answer.response ?? id,
      createdAt: answer.created_at,
      flush: (output: readonly Item[]) => {
        this.#live.grow(id, output)
        writer.flush(output)
      },
      complete: async (whole: ModelResponse) => {
        if (!(await writer.complete(whole))) this.#dropLater(answer)
        this.#live.end(id, { response: whole })
      },
      fail: async (error: ModelError) => {
        if (!(await writer.drop())) this.#dropLater(answer)
        this.#live.end(id, { error: errorForJoined(error) ?? joinedCallFailed('cancelled') })
      },
    }
  }

  #answerOf(known: KeptAnswer): EarlierAnswer {
    if (known.whole !== null) return { stored: known.whole }
    return { joined: this.#live.follow(known.id) ?? this.#followStored(known) }
  }

  #followStored({ id, key, tenant }: KeptAnswer): FollowedAnswer {
    return followStored({
      read: async () => stateOf(await this.#store.load(tenant, key), id),
      changed: (signal) => sleep(this.#settings.clock, pollMs, signal),
    })
  }

  /** Forgets an answer that nobody makes any more. False for one that is whole, or may be yet. */
  async #dropAbandoned(known: KeptAnswer): Promise<boolean> {
    if (known.whole !== null) return false
    const { abandonedAfterMs, clock } = this.#settings
    const isAbandoned = clock.now() - known.created_at * 1000 >= abandonedAfterMs
    if (!this.#undropped.has(known.id) && !isAbandoned) return false
    await this.#store.drop(known)
    this.#undropped.delete(known.id)
    return true
  }

  #dropLater({ id, key, tenant }: AnswerPart): void {
    if (this.#undropped.size < maxUndropped) this.#undropped.set(id, { tenant, key, id })
  }

  #nowSeconds(): number {
    return Math.floor(this.#settings.clock.now() / 1000)
  }
}

function earlier(known: KeptAnswer, answer: EarlierAnswer): OpenAnswer {
  const { created_at: createdAt, id, response, whole } = known
  const nothing = async () => {}
  return {
    id: response ?? whole?.id ?? id,
    createdAt,
    earlier: answer,
    flush() {},
    complete: nothing,
    fail: nothing,
  }
}

/** `answer` is what is kept under the key now, which may be another call's. */
function stateOf(answer: KeptAnswer | undefined, id: string): AnswerState {
  if (answer?.id !== id) return { output: [], end: { error: joinedCallFailed('not whole') } }
  const { output, whole } = answer
  return whole === null
    ? { output, end: undefined }
    : { output: whole.output, end: { response: whole } }
}
