import type { Clock, Logger } from '@fairlead/base'
import { ExpirySweep } from '../service/expiry-sweep.ts'
import { NotesShelf } from '../service/notes-shelf.ts'
import type { ContextStore } from '../stores/context-store.ts'
import type { BasisQuery, ConversationBasis } from '../stores/turn-queries.ts'
import type {
  AppendOutcome,
  ConversationChange,
  FinishOutcome,
  RemoveOutcome,
  StoreRetention,
  TurnEndChange,
} from '../stores/turn-store.ts'
import type { CountObservation } from '../tokens/learnt-factor.ts'
import type { Turn } from '../turns/turn.ts'
import type { ContextPlan } from '../plan/context-plan.ts'
import { CountingPlans } from './counting-plans.ts'
import { DeadMembersSweep } from './dead-members-sweep.ts'
import { OwnedAnswers } from './owned-answers.ts'
import { guardedStore } from './guarded-store.ts'
import { StoreFreeze } from './store-freeze.ts'
import { OwnedPlaces, type PlaceAsker } from './owned-places.ts'
import { performOnRecords } from './owned-records.ts'
import { OwnedResponses, type ResponseAsker } from './owned-responses.ts'
import { OrphanedTurns } from './orphaned-turns.ts'
import { SharedPlaces } from './shared-places.ts'
import { RunningTurnRegister, type RegisteredTurn } from './running-turn-register.ts'
import type {
  AnswerOperation,
  PlaceOperation,
  RecordOperation,
  ResponseOperation,
  StoreOperation,
  TurnOperation,
} from './store-messages.ts'

/** One process that asks. */
export interface StoreAsker extends PlaceAsker, ResponseAsker {
  turnEnded(store: number, tenant: string, conversation: string): void
}

/**
 * A store that this process has opened for others. It says whose turn is next in a conversation,
 * knows which turns run in which of them, ends those of one that is gone, and does once what each
 * would have to do otherwise: recovery when it is opened, deleting what has expired, and ending what
 * ran in members of the store that are dead.
 */
export class OwnedStore {
  readonly number: number
  readonly store: ContextStore
  /** The same for who changes it in this process: rejects a change where it is frozen. */
  readonly guarded: ContextStore
  readonly #places: OwnedPlaces
  readonly #responses: OwnedResponses
  readonly #answers: OwnedAnswers
  readonly #clock: Clock
  readonly #freeze: StoreFreeze
  readonly #sweep: ExpirySweep
  readonly #deadSweep: DeadMembersSweep
  readonly #counting: CountingPlans<StoreAsker>
  readonly #running = new RunningTurnRegister<StoreAsker>()
  /** Where other replicas use the store, too. */
  readonly #shared: SharedPlaces | undefined
  readonly #orphans: OrphanedTurns | undefined
  /** Ends of turns that are being stored, by conversation. */
  readonly #finishing = new Map<string, Promise<void>>()

  constructor(number: number, store: ContextStore, clock: Clock, logger: Logger) {
    this.number = number
    this.store = store
    this.#clock = clock
    this.#freeze = new StoreFreeze(clock)
    this.guarded = guardedStore(store, (operation, work) => this.#freeze.guard(operation, work))
    const { members } = store
    const shared =
      members &&
      new SharedPlaces({
        members,
        clock,
        isRunning: async ({ tenant, conversation }, turn) => {
          const basis = await store.basis(tenant, conversation, { pathMax: 0 })
          const running = basis?.running?.id
          return running !== undefined && (turn === undefined || turn === running)
        },
      })
    this.#shared = shared
    this.#places = new OwnedPlaces({
      number,
      clock,
      shared,
      stored: (tenant, conversation) => this.#finishing.get(keyOf(tenant, conversation)),
    })
    this.#responses = new OwnedResponses({ number, store: store.responses, members, clock })
    this.#counting = new CountingPlans(clock)
    this.#answers = new OwnedAnswers(store.answers)
    const { answers, records, responses } = store
    const notes = new NotesShelf(store, clock)
    const expiring = { expire: () => store.expire(), answers, responses, records, notes }
    this.#sweep = new ExpirySweep(expiring, clock, logger)
    this.#deadSweep = new DeadMembersSweep({ store, clock, logger, shared })
    this.#orphans =
      shared && new OrphanedTurns({ store, clock, shared, sweep: () => this.#deadSweep.sweepNow() })
  }

  /**
   * The freeze that `StoreRetention.isFrozen` has asked for, once nothing is changed any more but by
   * what runs; another one after it was lifted.
   */
  get freeze(): symbol | undefined {
    return this.#freeze.current
  }

  /**
   * `freeze`, once nobody else changes the store either: where other replicas have it open, too, they
   * hear of it later, and get a minute for that.
   */
  get freezeEverywhere(): symbol | undefined {
    return this.store.members === undefined ? this.#freeze.current : this.#freeze.everywhere
  }

  /** Tells the store what its ConversationStore says by now. Rejects when it is unavailable. */
  async configure(settings: StoreRetention): Promise<void> {
    this.#freeze.ask(settings)
    await this.store.configure(settings)
  }

  /**
   * Does what a client asks; `list` is the arguments. Rejects when the store is unavailable, and for a
   * change where it is frozen.
   */
  perform(
    asker: StoreAsker,
    operation: Exclude<StoreOperation, 'open' | 'count'>,
    list: readonly unknown[],
  ): Promise<unknown> {
    return this.#freeze.guard(operation, () => this.#perform(asker, operation, list))
  }

  async #perform(
    asker: StoreAsker,
    operation: Exclude<StoreOperation, 'open' | 'count'>,
    list: readonly unknown[],
  ): Promise<unknown> {
    if (operation === 'counting-plan') return this.#beginCounting(asker, list[0] as string)
    if (operation === 'counted-plan') return this.#endCounting(list[0] as string)
    if (operation === 'factor-list') return this.store.factors.list()
    if (operation === 'factor-observe') {
      return this.store.factors.observe(list[0] as CountObservation)
    }
    if (isOfPlaces(operation)) return this.#places.perform(asker, operation, list)
    if (isOfRecords(operation)) return performOnRecords(this.store.records, operation, list)
    if (isOfAnswers(operation)) return this.#answers.perform(asker, operation, list)
    return isOfResponses(operation)
      ? this.#responses.perform(asker, operation, list)
      : this.#performOnTurns(asker, operation, list)
  }

  #performOnTurns(
    asker: StoreAsker,
    operation: TurnOperation,
    list: readonly unknown[],
  ): Promise<unknown> {
    // Unchecked: both ends are the same version of the same program.
    const [first, second, third] = list as [never, never, never]
    switch (operation) {
      case 'basis':
        return this.#basis(asker, first, second, third)
      case 'append':
        return this.#append(asker, first)
      case 'finish':
        return this.#finish(first, second)
      case 'remove':
        return this.#remove(first, second)
      case 'plan':
        return this.#plan(first, second)
      case 'recover':
        return this.endTurnsOf(asker, first)
      case 'conversation':
      case 'path':
      case 'turn':
      case 'outline':
      case 'turnPage':
      case 'itemPage':
      case 'item':
      case 'turnsOfItem':
      case 'flush':
      case 'replacePlan':
      case 'list':
      case 'tenants':
      case 'erasures':
      case 'removeSubject':
      case 'expire':
      case 'check':
        return this.#pass(operation, list)
      case 'configure':
        return this.configure(first)
    }
  }

  /**
   * Ends the running turns of a client as `incomplete`, with what was flushed. `completedAt` is in
   * Unix seconds, and now when left out. Returns how many.
   */
  async endTurnsOf(asker: StoreAsker, completedAt = this.#nowSeconds()): Promise<number> {
    this.#counting.endThoseOf(asker)
    const turns = this.#running.runBy(asker)
    await Promise.all(turns.map((turn) => this.#endIncomplete(turn, completedAt)))
    return turns.length
  }

  /** Gives the places of a client that is gone to others. Its turns must have been ended. */
  leavePlacesOf(asker: StoreAsker): void {
    this.#places.leaveAllOf(asker)
  }

  /** Ends the running responses of a client as `failed`, with what was flushed. Returns how many. */
  endResponsesOf(asker: StoreAsker): Promise<number> {
    return this.#responses.endThoseOf(asker)
  }

  /** Forgets the answers that a client makes. Returns how many. */
  dropAnswersOf(asker: StoreAsker): Promise<number> {
    return this.#answers.dropThoseOf(asker)
  }

  async close(): Promise<void> {
    for (const sweep of [this.#sweep, this.#deadSweep]) {
      sweep.stop()
      await sweep.ended()
    }
    this.#shared?.close()
    this.#responses.close()
    await this.store.close()
  }

  /** Operations that need nothing but the store. */
  #pass(operation: TurnOperation, list: readonly unknown[]): Promise<unknown> {
    const perform = this.store[operation] as (...list: readonly unknown[]) => Promise<unknown>
    return perform.call(this.store, ...list)
  }

  async #basis(
    asker: StoreAsker,
    tenant: string,
    id: string,
    query: BasisQuery,
  ): Promise<ConversationBasis | undefined> {
    const basis = await this.store.basis(tenant, id, query)
    const running = basis?.running
    if (running === undefined) return basis
    await this.#orphans?.found(tenant, running)
    this.#running.watch(tenant, id, asker)
    return basis
  }

  async #plan(tenant: string, planId: string): Promise<ContextPlan | undefined> {
    await this.#counting.settled(planId)
    return this.store.plan(tenant, planId)
  }

  async #beginCounting(asker: StoreAsker, planId: string): Promise<void> {
    if (!asker.gone) this.#counting.begin(asker, planId)
  }

  async #endCounting(planId: string): Promise<void> {
    this.#counting.end(planId)
  }

  async #append(asker: StoreAsker, change: ConversationChange): Promise<AppendOutcome> {
    const outcome = await this.store.append(change)
    const { id: conversation, ccp } = change.conversation
    const turn = change.turns.at(-1)
    if (outcome === 'locked') this.#running.watch(ccp.tenant, conversation, asker)
    if (outcome !== 'stored' || turn?.status !== 'in_progress') return outcome
    const { tenant } = ccp
    this.#places.began(tenant, conversation, turn.id)
    this.#running.add({ tenant, conversation, id: turn.id, client: asker })
    if (asker.gone) await this.endTurnsOf(asker)
    return outcome
  }

  async #finish(tenant: string, change: TurnEndChange): Promise<FinishOutcome> {
    const key = keyOf(tenant, change.turn.conversation)
    const finishing = this.store.finish(tenant, change)
    const settled = finishing.then(
      () => {},
      () => {},
    )
    this.#finishing.set(key, settled)
    void settled.then(() => {
      if (this.#finishing.get(key) === settled) this.#finishing.delete(key)
    })
    const outcome = await finishing
    this.#forget(tenant, change.turn.conversation, change.turn.id)
    return outcome
  }

  async #remove(tenant: string, id: string): Promise<RemoveOutcome> {
    const outcome = await this.store.remove(tenant, id)
    const running = this.#running.of(tenant, id)
    if (outcome === 'removed' && running !== undefined) this.#forget(tenant, id, running.id)
    return outcome
  }

  async #endIncomplete(turn: RegisteredTurn<StoreAsker>, completedAt: number): Promise<void> {
    const { tenant, conversation, id } = turn
    const running = await this.store.turn(tenant, conversation, id)
    if (running !== undefined) {
      const ended: Turn = { ...running, status: 'incomplete', completed_at: completedAt }
      await this.store.finish(tenant, { turn: ended })
    }
    this.#forget(tenant, conversation, id)
  }

  /** A turn of the conversation that began later is not forgotten. */
  #forget(tenant: string, conversation: string, turn: string): void {
    if (this.#running.of(tenant, conversation)?.id !== turn) return
    for (const watcher of this.#running.end(tenant, conversation)) {
      watcher.turnEnded(this.number, tenant, conversation)
    }
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}

function isOfPlaces(operation: Exclude<StoreOperation, 'open'>): operation is PlaceOperation {
  return operation.startsWith('place-')
}

function isOfRecords(operation: Exclude<StoreOperation, 'open'>): operation is RecordOperation {
  return operation.startsWith('record-')
}

function isOfResponses(
  operation: TurnOperation | ResponseOperation,
): operation is ResponseOperation {
  return operation.startsWith('response-')
}

function isOfAnswers(
  operation: TurnOperation | ResponseOperation | AnswerOperation,
): operation is AnswerOperation {
  return operation.startsWith('answer-')
}

/** JSON, so that no tenant or id with a separator in it can imitate another pair. */
function keyOf(tenant: string, conversation: string): string {
  return JSON.stringify([tenant, conversation])
}
