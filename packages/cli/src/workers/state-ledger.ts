import type { Clock, Logger } from '@fairlead/base'
import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import type {
  KeyUse,
  RateableCall,
  RatedCall,
  Rating,
  RedisState,
  UsageAnswer,
  UsageEntry,
  UsageLedger,
  UsageQuery,
} from '@fairlead/usage'
import { openRedisOfState } from '../redis-of-state.ts'

interface StateLedgerOptions {
  /** Of this machine. */
  readonly local: UsageLedger
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * The ledger where the LLMGateway's `state` is: on this machine, or in the Redis that its replicas
 * share. When that changes, what was noted stays where it is.
 */
export class StateLedger implements UsageLedger {
  readonly #options: StateLedgerOptions
  readonly #unsubscribe: () => void
  /** What `#redis` was opened for. */
  #settings = ''
  #redis: RedisState | undefined

  constructor(options: StateLedgerOptions) {
    this.#options = options
    this.#unsubscribe = options.snapshots.subscribe(() => this.#follow())
    this.#follow()
  }

  note(entry: UsageEntry): void {
    this.#ledger.note(entry)
  }

  noteKeyUse(use: KeyUse): void {
    this.#ledger.noteKeyUse(use)
  }

  noteRateable(call: RateableCall): void {
    this.#ledger.noteRateable(call)
  }

  rate(rating: Rating): Promise<RatedCall | undefined> {
    return this.#ledger.rate(rating)
  }

  query(query: UsageQuery): Promise<UsageAnswer> {
    return this.#ledger.query(query)
  }

  keyUses(tenant: string): Promise<readonly KeyUse[]> {
    return this.#ledger.keyUses(tenant)
  }

  /** Sends what Redis has not got, if that can be done at once. */
  async close(): Promise<void> {
    this.#unsubscribe()
    await this.#redis?.close()
  }

  get #ledger(): UsageLedger {
    return this.#redis?.ledger ?? this.#options.local
  }

  #follow(): void {
    const gateway = this.#options.snapshots.current()?.gateway
    if (gateway === undefined) return
    const { state, namespace, name } = gateway
    const settings = JSON.stringify(state)
    if (settings === this.#settings) return
    this.#settings = settings
    const before = this.#redis
    this.#redis =
      state.type === 'InProcess'
        ? undefined
        : openRedisOfState({
            ...this.#options,
            gateway: `${namespace}/${name}`,
            settings: state,
            // Workers tell it, who need it for each call.
            onAvailability: () => {},
          })
    void before?.close()
  }
}
