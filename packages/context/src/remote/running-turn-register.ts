/** A turn that a client runs. */
export interface RegisteredTurn<Client> {
  readonly tenant: string
  readonly conversation: string
  readonly id: string
  readonly client: Client
}

/** Which turns of one store run in which client, and who else has found them running. */
export class RunningTurnRegister<Client> {
  /** At most one per conversation. */
  readonly #turns = new Map<string, RegisteredTurn<Client>>()
  readonly #watchers = new Map<string, Set<Client>>()

  add(turn: RegisteredTurn<Client>): void {
    this.#turns.set(keyOf(turn.tenant, turn.conversation), turn)
  }

  of(tenant: string, conversation: string): RegisteredTurn<Client> | undefined {
    return this.#turns.get(keyOf(tenant, conversation))
  }

  /** The client wants to be told when the conversation's running turn ends, unless it is its own. */
  watch(tenant: string, conversation: string, client: Client): void {
    const key = keyOf(tenant, conversation)
    const turn = this.#turns.get(key)
    if (turn === undefined || turn.client === client) return
    this.#watchers.set(key, (this.#watchers.get(key) ?? new Set()).add(client))
  }

  /** Forgets the running turn of a conversation; returns those who wanted to be told. */
  end(tenant: string, conversation: string): readonly Client[] {
    const key = keyOf(tenant, conversation)
    const watchers = [...(this.#watchers.get(key) ?? [])]
    this.#turns.delete(key)
    this.#watchers.delete(key)
    return watchers
  }

  runBy(client: Client): readonly RegisteredTurn<Client>[] {
    return [...this.#turns.values()].filter((turn) => turn.client === client)
  }
}

/** JSON, so that no tenant or id with a separator in it can imitate another pair. */
function keyOf(tenant: string, conversation: string): string {
  return JSON.stringify([tenant, conversation])
}
