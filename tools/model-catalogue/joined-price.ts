import type { CataloguePrice } from '../../packages/llm/src/catalogue/models/catalogue-price.ts'

/** A price of the price list. */
export interface ListPrice {
  readonly price: CataloguePrice
  /** Whether it is the vendor's own, and not that of another who makes the model. */
  readonly isOwn: boolean
  /** Whether the list knows since when it holds. */
  readonly isDated: boolean
}

/**
 * The price of the models list joined with that of the price list. Where both have the same prices of
 * input and output, each adds the kinds of token that the other leaves out; a price of 0 that only the
 * models list has is taken for one that it does not know. Where they differ, the price list's counts
 * if it knows since when it holds or `isBetter` says so, else that of the models list, which more
 * people keep.
 */
export function joinedPrice(
  listed: CataloguePrice | undefined,
  found: ListPrice | undefined,
  isBetter: boolean,
): CataloguePrice | undefined {
  if (listed === undefined || found === undefined) return listed ?? found?.price
  if (!found.isOwn) return listed
  const { price } = found
  const agree =
    listed.inputPerMillion === price.inputPerMillion &&
    listed.outputPerMillion === price.outputPerMillion
  if (!agree) return found.isDated || isBetter ? price : listed
  const known = Object.entries(listed).filter(
    // A price that changes has the tiers of the list that knows about it.
    ([name, value]) => value !== '0' && (name !== 'tiers' || price.changes === undefined),
  )
  return { ...Object.fromEntries(known), ...price }
}
