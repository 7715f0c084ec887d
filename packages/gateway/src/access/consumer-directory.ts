import type { ConsumerCaller } from './caller.ts'

/** The Consumers of a configuration, by what other proofs than keys name them with. */
export class ConsumerDirectory {
  readonly gatewayNamespace: string
  readonly #byName: ReadonlyMap<string, ConsumerCaller>
  readonly #byAccount: ReadonlyMap<string, ConsumerCaller>

  constructor(gatewayNamespace: string, consumers: readonly ConsumerCaller[]) {
    this.gatewayNamespace = gatewayNamespace
    this.#byName = new Map(consumers.map((caller) => [caller.consumer, caller]))
    // From the last to the first: the first Consumer that has an account wins, as with keys.
    this.#byAccount = new Map(
      consumers
        .toReversed()
        .flatMap((caller) => caller.serviceAccounts.map((account) => [account, caller] as const)),
    )
  }

  /** By its name in the gateway's namespace, or by `namespace/name`. */
  named(name: string): ConsumerCaller | undefined {
    return this.#byName.get(name.includes('/') ? name : `${this.gatewayNamespace}/${name}`)
  }

  /** By a ServiceAccount, as `namespace/name`. */
  withAccount(account: string): ConsumerCaller | undefined {
    return this.#byAccount.get(account)
  }
}
