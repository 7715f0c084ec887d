import type { KeyUse, RateableCall, UsageEntry } from './ledger.ts'
import { usageFolds } from './fold-usage.ts'
import { dimensionKey, type GrowingUsage, increase } from './usage-sums.ts'

/** Names are bounded in length: this is some megabytes at most. */
const pendingRowsMax = 2_000

/** Grows in place: no call makes a row of its own. */
type PendingRow = UsageEntry & GrowingUsage

/** What was noted and is not stored yet. */
export interface NotedUsage {
  readonly entries: readonly UsageEntry[]
  readonly keyUses: readonly KeyUse[]
  readonly rateable: readonly RateableCall[]
}

/**
 * Notes on their way to a store: those of equal dimensions are added up, so that thousands of calls
 * are one row. Beyond 2,000 rows models and prompts, and then callers, are no longer told apart.
 */
export class PendingUsage {
  #entries = new Map<string, PendingRow>()
  #keyUses = new Map<string, KeyUse>()
  #rateable: RateableCall[] = []

  get isEmpty(): boolean {
    return this.#entries.size === 0 && this.#keyUses.size === 0 && this.#rateable.length === 0
  }

  add(entry: UsageEntry): void {
    const known = this.#entries.get(dimensionKey(entry))
    if (known === undefined) this.#addFolded(entry)
    else increase(known, entry)
  }

  #addFolded(entry: UsageEntry): void {
    for (const [index, fold] of usageFolds.entries()) {
      const folded = fold(entry)
      const key = dimensionKey(folded)
      const known = this.#entries.get(key)
      const isLast = index === usageFolds.length - 1
      if (known === undefined && this.#entries.size >= pendingRowsMax && !isLast) continue
      if (known === undefined) this.#entries.set(key, { ...folded })
      else increase(known, folded)
      return
    }
  }

  addKeyUse(use: KeyUse): void {
    const key = `${use.tenant}\u0000${use.key}`
    const known = this.#keyUses.get(key)
    if (known === undefined && this.#keyUses.size >= pendingRowsMax) return
    if (known === undefined || known.hourMs < use.hourMs) this.#keyUses.set(key, use)
  }

  /** Of more than 2,000 that wait, the later ones are not remembered. */
  addRateable(call: RateableCall): void {
    if (this.#rateable.length < pendingRowsMax) this.#rateable.push(call)
  }

  addAll({ entries, keyUses, rateable }: NotedUsage): void {
    for (const entry of entries) this.add(entry)
    for (const use of keyUses) this.addKeyUse(use)
    for (const call of rateable) this.addRateable(call)
  }

  all(): NotedUsage {
    const entries = Array.from(this.#entries.values(), (row) => ({ ...row }))
    const rateable = [...this.#rateable]
    return { entries, keyUses: [...this.#keyUses.values()], rateable }
  }

  /** All of it, which is no longer pending. */
  take(): NotedUsage {
    const taken = this.all()
    this.#entries = new Map()
    this.#keyUses = new Map()
    this.#rateable = []
    return taken
  }
}
