import type { Clock } from '@fairlead/base'
import type { Snapshot } from '@fairlead/snapshot'
import { type FoundPrice, PriceTable } from '@fairlead/usage'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'

/** What models cost. */
export type ModelPrices = Pick<GatewayPrices, 'of'>

/** For calls that nobody pays for. */
export const noPrices: ModelPrices = {
  of: () => ({ price: undefined, source: undefined, untilMs: Infinity }),
}

/** What models cost on this gateway, for one configuration of prices and providers. */
export class GatewayPrices {
  readonly #table: PriceTable
  readonly #clock: Pick<Clock, 'now'>

  /** The gateway has the prices of the book that names it, `namespace/name`; without one the catalogue's. */
  constructor(books: Snapshot['priceBooks'], gateway: string, clock: Pick<Clock, 'now'>) {
    this.#table = new PriceTable(books.find(({ gateways }) => gateways.includes(gateway)))
    this.#clock = clock
  }

  /** What the provider's model costs now, by its own name of it. */
  of(provider: ProviderRuntime, model: string): FoundPrice {
    return this.#table.priceOf(
      {
        provider: provider.key,
        model,
        declared: provider.declaredModel(model)?.price,
        vendor: provider.type.catalogueVendor,
      },
      this.#clock.now(),
    )
  }
}
