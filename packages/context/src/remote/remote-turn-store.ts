import type { ContextPlan } from '../plan/context-plan.ts'
import type {
  AppendOutcome,
  ConversationChange,
  FinishOutcome,
  PartialOutput,
  StoredConversation,
} from '../stores/turn-store.ts'
import type { Turn } from '../turns/turn.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { RemoteResponseStore } from './remote-response-store.ts'
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
  readonly #ask: AskOwner
  readonly #closed: () => void
  readonly #listeners = new Set<(tenant: string, conversation: string) => void>()
  readonly #unanswered = new Set<Promise<unknown>>()

  constructor(type: string, ask: AskOwner, closed: () => void) {
    this.type = type
    this.#ask = ask
    this.#closed = closed
    this.responses = new RemoteResponseStore((operation, ...list) =>
      this.#request(operation, ...list),
    )
  }

  /** Calls the listener when a turn that was found running, and is another client's, has ended. */
  onTurnEnd(listener: (tenant: string, conversation: string) => void): void {
    this.#listeners.add(listener)
  }

  turnEnded(tenant: string, conversation: string): void {
    for (const listener of this.#listeners) listener(tenant, conversation)
  }

  load(tenant: string, id: string): Promise<StoredConversation | undefined> {
    return this.#request('load', tenant, id)
  }

  append(change: ConversationChange): Promise<AppendOutcome> {
    return this.#request('append', change)
  }

  flush(outputs: readonly PartialOutput[]): Promise<void> {
    return this.#request('flush', outputs)
  }

  finish(tenant: string, turn: Turn): Promise<FinishOutcome> {
    return this.#request('finish', tenant, turn)
  }

  remove(tenant: string, id: string): Promise<boolean> {
    return this.#request('remove', tenant, id)
  }

  plan(tenant: string, planId: string): Promise<ContextPlan | undefined> {
    return this.#request('plan', tenant, planId)
  }

  recover(completedAt: number): Promise<number> {
    return this.#request('recover', completedAt)
  }

  expire(): Promise<number> {
    return this.#request('expire')
  }

  /** Resolves when everything that was asked before is answered. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#unanswered)
    this.#listeners.clear()
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
