import type { ModelError } from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { FinishOutcome, TurnStore } from '../stores/turn-store.ts'
import type { Turn } from '../turns/turn.ts'
import { turnEndedMeanwhile } from './conversation-errors.ts'
import type { ConversationsOptions } from './conversations-options.ts'
import type { FlushQueue } from './flush-queue.ts'
import type { EndedTurn } from './open-turn.ts'
import type { RunningTurns } from './running-turns.ts'
import type { TurnFollowers } from './turn-followers.ts'
import { turnEnd } from './turn-state.ts'

/** Those who have to do with a turn while it runs. */
interface TurnParts {
  readonly running: RunningTurns
  readonly followers: TurnFollowers
  readonly flushes: FlushQueue
}

/** Stores the ends of turns: of those that this process has run, and of those that were left behind. */
export class TurnEnds {
  readonly #settings: Required<ConversationsOptions>
  readonly #store: TurnStore
  readonly #parts: TurnParts

  constructor(settings: Required<ConversationsOptions>, store: TurnStore, parts: TurnParts) {
    this.#settings = settings
    this.#store = store
    this.#parts = parts
  }

  /** Stores the plan of another attempt. One that is not stored now is stored with the turn's end. */
  async putPlan(tenant: string, plan: ContextPlan): Promise<void> {
    try {
      await this.#store.replacePlan(tenant, plan)
    } catch (error) {
      this.#settings.logger.warn({ err: error, plan: plan.id }, 'a plan was not stored')
    }
  }

  /** Stores how a turn has ended, and tells those who follow it. Rejects where it is not stored. */
  async finish(tenant: string, change: EndedTurn, error: ModelError | undefined): Promise<void> {
    const { turn: ended } = change
    this.#parts.flushes.drop(ended.id)
    try {
      await this.#storeEnd(tenant, change)
      this.#parts.followers.end(ended, turnEnd(ended, error))
    } catch (storeError) {
      this.#parts.followers.end(ended, { error: storeError as ModelError })
      throw storeError
    }
  }

  async #storeEnd(tenant: string, change: EndedTurn): Promise<void> {
    const { turn: ended } = change
    const { logger } = this.#settings
    const failed = 'the end of a turn was not stored'
    let outcome: FinishOutcome
    try {
      const finished = this.#store.finish(tenant, change)
      // Travels with it, and is performed after it: whatever becomes of it, the place is left.
      this.#parts.running.leavePlace(ended)
      outcome = await finished
    } catch (error) {
      this.#parts.running.endLater({ ...change, turn: { ...ended, unacknowledged: true } })
      logger.error({ err: error, turn: ended.id }, failed)
      throw error
    }
    this.#parts.running.end(ended)
    if (outcome !== 'ended') return
    const error = turnEndedMeanwhile(ended.conversation)
    logger.error({ err: error, turn: ended.id }, failed)
    throw error
  }

  /**
   * Ends a turn that keeps the conversation although no place is held for it. False when it may
   * still be running. `evicted`: it has been told to end, in vain.
   */
  async endAbandoned(tenant: string, running: Turn, evicted: boolean): Promise<boolean> {
    const unstored = this.#parts.running.unstoredEnd(running)
    if (unstored !== undefined) {
      await this.#store.finish(tenant, unstored)
      this.#parts.running.end(unstored.turn)
      return true
    }
    const { clock, abandonedAfterMs } = this.#settings
    const ageMs = clock.now() - running.created_at * 1000
    if (!evicted && (this.#parts.running.has(running) || ageMs < abandonedAfterMs)) return false
    const status = evicted ? 'cancelled' : 'incomplete'
    const ended: Turn = { ...running, status, completed_at: Math.floor(clock.now() / 1000) }
    await this.#store.finish(tenant, { turn: ended })
    return true
  }
}
