import { untilAborted } from '@fairlead/base'
import type { Item } from '@fairlead/llm'
import type { AnswerEnd, AnswerState, FollowedAnswer } from './followed-answer.ts'

/**
 * The answers that this process makes and others may join, by key. Followers share the newest
 * state: one that reads slowly misses states, and holds none.
 */
export class LiveAnswers {
  readonly #answers = new Map<string, LiveAnswer>()

  begin(key: string): void {
    this.#answers.set(key, new LiveAnswer())
  }

  /** It was not begun after all. */
  forget(key: string): void {
    this.#answers.delete(key)
  }

  /** More of it has come: `output` is all of it so far. */
  grow(key: string, output: readonly Item[]): void {
    this.#answers.get(key)?.change({ output, end: undefined })
  }

  /** It has ended, and is forgotten here; those who follow it are told. */
  end(key: string, end: AnswerEnd): void {
    const answer = this.#answers.get(key)
    this.#answers.delete(key)
    answer?.change({ output: 'response' in end ? end.response.output : answer.output, end })
  }

  /** Undefined for an answer that is not made here. */
  follow(key: string): FollowedAnswer | undefined {
    return this.#answers.get(key)?.follow()
  }
}

class LiveAnswer {
  #state: AnswerState = { output: [], end: undefined }
  #changed = Promise.withResolvers<void>()

  get output(): readonly Item[] {
    return this.#state.output
  }

  change(state: AnswerState): void {
    this.#state = state
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  follow(): FollowedAnswer {
    let seen: AnswerState | undefined
    return {
      next: async (signal) => {
        while (this.#state === seen) await untilAborted(this.#changed.promise, signal)
        seen = this.#state
        return seen
      },
    }
  }
}
