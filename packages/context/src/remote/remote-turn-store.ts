import type { ContextPlan } from '../plan/context-plan.ts'
import type { SubjectErasures } from '../stores/subject-erasures.ts'
import type {
  BasisQuery,
  ConversationBasis,
  ConversationPage,
  ConversationQuery,
  IdentifiedItem,
  PathQuery,
  StorePage,
  StorePageQuery,
  SubjectRemoval,
  TurnPageQuery,
} from '../stores/turn-queries.ts'
import type {
  AppendOutcome,
  ConversationChange,
  FinishOutcome,
  PartialOutput,
  RemoveOutcome,
  StoreRetention,
  TurnEndChange,
} from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import type { TurnOutline } from '../turns/turn-outline.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { RemoteFactorStore } from './remote-factor-store.ts'
import { RemoteAnswerStore } from './remote-answer-store.ts'
import { RemoteRecordStore } from './remote-record-store.ts'
import { RemoteResponseStore } from './remote-response-store.ts'
import { RemoteTurnPlaces } from './remote-turn-places.ts'
import type { StoreOperation } from './store-messages.ts'

/** Asks the owner; resolves to the parsed result. */
type AskOwner = (operation: StoreOperation, list: readonly unknown[]) => Promise<unknown>

/**
 * A store in another process. What differs from one in this process: `recover` ends only the turns
 * that this client runs, because others may run theirs; `close` leaves the store open for them.
 */
export class RemoteTurnStore implements ContextStore {
  readonly type: string
  readonly responses: RemoteResponseStore
  readonly factors: RemoteFactorStore
  readonly answers: RemoteAnswerStore
  readonly records: RemoteRecordStore
  readonly places: RemoteTurnPlaces
  readonly #ask: AskOwner
  readonly #closed: () => void
  readonly #listeners = new Set<(tenant: string, conversation: string) => void>()
  readonly #unanswered = new Set<Promise<unknown>>()

  /** `newNumber` gives numbers that are unique within the client. */
  constructor(type: string, ask: AskOwner, newNumber: () => number, closed: () => void) {
    this.type = type
    this.#ask = ask
    this.#closed = closed
    this.factors = new RemoteFactorStore((operation, ...list) => this.#request(operation, ...list))
    this.responses = new RemoteResponseStore((operation, ...list) =>
      this.#request(operation, ...list),
    )
    this.answers = new RemoteAnswerStore((operation, ...list) => this.#request(operation, ...list))
    this.records = new RemoteRecordStore((operation, ...list) => this.#request(operation, ...list))
    this.places = new RemoteTurnPlaces(
      (operation, ...list) => this.#request(operation, ...list),
      newNumber,
    )
  }

  /** Calls the listener when a turn that was found running, and is another client's, has ended. */
  onTurnEnd(listener: (tenant: string, conversation: string) => void): void {
    this.#listeners.add(listener)
  }

  turnEnded(tenant: string, conversation: string): void {
    for (const listener of this.#listeners) listener(tenant, conversation)
  }

  conversation(tenant: string, id: string): Promise<Conversation | undefined> {
    return this.#request('conversation', tenant, id)
  }

  basis(tenant: string, id: string, query: BasisQuery): Promise<ConversationBasis | undefined> {
    return this.#request('basis', tenant, id, query)
  }

  path(tenant: string, id: string, query: PathQuery): Promise<readonly Turn[]> {
    return this.#request('path', tenant, id, query)
  }

  turn(tenant: string, id: string, turnId: string): Promise<Turn | undefined> {
    return this.#request('turn', tenant, id, turnId)
  }

  outline(tenant: string, id: string, afterSeq: number): Promise<readonly TurnOutline[]> {
    return this.#request('outline', tenant, id, afterSeq)
  }

  turnPage(tenant: string, id: string, query: TurnPageQuery): Promise<StorePage<Turn>> {
    return this.#request('turnPage', tenant, id, query)
  }

  itemPage(tenant: string, id: string, query: StorePageQuery): Promise<StorePage<IdentifiedItem>> {
    return this.#request('itemPage', tenant, id, query)
  }

  item(tenant: string, id: string, itemId: string): Promise<IdentifiedItem | undefined> {
    return this.#request('item', tenant, id, itemId)
  }

  turnsOfItem(tenant: string, id: string, itemId: string): Promise<readonly Turn[]> {
    return this.#request('turnsOfItem', tenant, id, itemId)
  }

  append(change: ConversationChange): Promise<AppendOutcome> {
    return this.#request('append', change)
  }

  flush(outputs: readonly PartialOutput[]): Promise<void> {
    return this.#request('flush', outputs)
  }

  finish(tenant: string, change: TurnEndChange): Promise<FinishOutcome> {
    return this.#request('finish', tenant, change)
  }

  replacePlan(tenant: string, plan: ContextPlan): Promise<boolean> {
    return this.#request('replacePlan', tenant, plan)
  }

  remove(tenant: string, id: string): Promise<RemoveOutcome> {
    return this.#request('remove', tenant, id)
  }

  plan(tenant: string, planId: string): Promise<ContextPlan | undefined> {
    return this.#request('plan', tenant, planId)
  }

  list(tenant: string, query: ConversationQuery): Promise<ConversationPage> {
    return this.#request('list', tenant, query)
  }

  async tenants(): Promise<readonly string[]> {
    return this.#request('tenants')
  }

  erasures(tenant: string, subject: string): Promise<SubjectErasures> {
    return this.#request('erasures', tenant, subject)
  }

  removeSubject(tenant: string, subject: string): Promise<SubjectRemoval> {
    return this.#request('removeSubject', tenant, subject)
  }

  /** Whoever reads the plan waits for its figures until `countedPlan`. Never rejects. */
  countingPlan(planId: string): void {
    this.#request('counting-plan', planId).catch(() => {})
  }

  countedPlan(planId: string): void {
    this.#request('counted-plan', planId).catch(() => {})
  }

  recover(completedAt: number): Promise<number> {
    return this.#request('recover', completedAt)
  }

  expire(): Promise<number> {
    return this.#request('expire')
  }

  check(): Promise<void> {
    return this.#request('check')
  }

  configure(retention: StoreRetention): Promise<void> {
    return this.#request('configure', retention)
  }

  /** Resolves when everything that was asked before is answered. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#unanswered)
    this.#listeners.clear()
    this.places.close()
    this.responses.close()
    this.#closed()
  }

  /** Unchecked: both ends are the same version of the same program. */
  async #request<T>(operation: StoreOperation, ...list: readonly unknown[]): Promise<T> {
    const answer = this.#ask(operation, list)
    this.#unanswered.add(answer)
    try {
      return (await answer) as T
    } finally {
      this.#unanswered.delete(answer)
    }
  }
}
