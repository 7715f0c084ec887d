import { atPlaces, powerOfTen } from './decimal.ts'
import { nanodollarsMax } from './nanodollars.ts'

/** An amount of money that is not rounded yet: `digits` × 10^-`places` nanodollars. */
export interface ExactAmount {
  readonly digits: bigint
  readonly places: number
}

/** The sum of amounts in nanodollars, rounded once, half up; at most `nanodollarsMax`. */
export function roundedSum(amounts: readonly ExactAmount[]): number {
  const places = Math.max(0, ...amounts.map((amount) => amount.places))
  const digits = amounts.reduce((sum, amount) => sum + atPlaces(amount, places), 0n)
  const scale = powerOfTen(places)
  const rounded = (2n * digits + scale) / (2n * scale)
  const most = BigInt(nanodollarsMax)
  return Number(rounded > most ? most : rounded)
}
