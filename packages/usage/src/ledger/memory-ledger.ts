import { compareText, RecentMap } from '@fairlead/base'
import {
  type KeyUse,
  type RateableCall,
  rateableCallsMax,
  type RatedCall,
  type Rating,
  type UsageAnswer,
  type UsageEntry,
  type UsageLedger,
  type UsageQuery,
} from './ledger.ts'
import { PendingUsage } from './pending-usage.ts'
import { mayRate, ratingEntry } from './rate-call.ts'
import { answerUsage } from './usage-sums.ts'

/** The usage that this process alone has noted, for as long as it runs; at most 2,000 rows. */
export class MemoryLedger implements UsageLedger {
  readonly #noted = new PendingUsage()
  readonly #rateable = new RecentMap<{ readonly call: RateableCall; rating?: number }>(
    rateableCallsMax,
  )

  note(entry: UsageEntry): void {
    this.#noted.add(entry)
  }

  noteKeyUse(use: KeyUse): void {
    this.#noted.addKeyUse(use)
  }

  noteRateable(call: RateableCall): void {
    const { requestId } = call
    if (this.#rateable.get(requestId) === undefined) this.#rateable.set(requestId, { call })
  }

  rate(rating: Rating): Promise<RatedCall | undefined> {
    const known = this.#rateable.get(rating.requestId)
    if (known === undefined || !mayRate(known.call, rating)) return Promise.resolve(undefined)
    const before = known.rating
    known.rating = rating.thousandths
    this.note(ratingEntry(known.call, before, rating.thousandths))
    return Promise.resolve({ prompt: known.call.prompt, isReplaced: before !== undefined })
  }

  query(query: UsageQuery): Promise<UsageAnswer> {
    return Promise.resolve(answerUsage(this.#noted.all().entries, query))
  }

  keyUses(tenant: string): Promise<readonly KeyUse[]> {
    const uses = this.#noted.all().keyUses.filter((use) => use.tenant === tenant)
    return Promise.resolve(uses.toSorted((one, other) => compareText(one.key, other.key)))
  }
}
