import { type RateableCall, rateableMs, type Rating, type UsageEntry } from './ledger.ts'
import { noUsage } from './usage-sums.ts'

/** Whether a call that is remembered can be rated by this caller, and still. */
export function mayRate(
  { tenant, endedAtMs }: Pick<RateableCall, 'tenant' | 'endedAtMs'>,
  rating: Rating,
): boolean {
  return tenant !== '' && tenant === rating.tenant && rating.atMs - endedAtMs <= rateableMs
}

/** What a rating changes in the usage of its call; `before` is the one whose place it takes. */
export function ratingEntry(
  call: RateableCall,
  before: number | undefined,
  thousandths: number,
): UsageEntry {
  const { day, tenant, consumer, model, provider, prompt, groups } = call
  const earlier = before ?? 0
  return {
    ...noUsage,
    day,
    tenant,
    consumer,
    model,
    provider,
    prompt,
    groups,
    ratings: before === undefined ? 1 : 0,
    ratingThousandths: thousandths - earlier,
    ratingSquares: thousandths ** 2 - earlier ** 2,
  }
}
