import { compareText } from '@fairlead/base'
import type { KeyUse, UsageAnswer, UsageEntry, UsageLedger, UsageQuery } from './ledger.ts'
import { PendingUsage } from './pending-usage.ts'
import { answerUsage } from './usage-sums.ts'

/** The usage that this process alone has noted, for as long as it runs; at most 2,000 rows. */
export class MemoryLedger implements UsageLedger {
  readonly #noted = new PendingUsage()

  note(entry: UsageEntry): void {
    this.#noted.add(entry)
  }

  noteKeyUse(use: KeyUse): void {
    this.#noted.addKeyUse(use)
  }

  query(query: UsageQuery): Promise<UsageAnswer> {
    return Promise.resolve(answerUsage(this.#noted.all().entries, query))
  }

  keyUses(tenant: string): Promise<readonly KeyUse[]> {
    const uses = this.#noted.all().keyUses.filter((use) => use.tenant === tenant)
    return Promise.resolve(uses.toSorted((one, other) => compareText(one.key, other.key)))
  }
}
