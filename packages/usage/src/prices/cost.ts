/**
 * What a call costs. `Free`: its price is known to be nothing. `Unpriced`: it used tokens of a kind
 * whose price is not known, so that neither is the sum.
 */
export type Cost =
  | { readonly state: 'Priced' | 'Free'; readonly nanodollars: number }
  | { readonly state: 'Unpriced'; readonly nanodollars: undefined }

/** The state of a call's price. */
export type PriceState = Cost['state']

export const unpricedCost: Cost = { state: 'Unpriced', nanodollars: undefined }
