import type { PriceEntry } from '@fairlead/snapshot'
import { Price } from './price.ts'

/** A price of a PriceBook, ready to be looked up. */
interface PreparedEntry {
  readonly providers: ReadonlySet<string>
  readonly names: ReadonlySet<string>
  readonly prefixes: readonly string[]
  readonly fromMs: number
  readonly untilMs: number
  readonly price: Price
}

/** A price, and until when it holds. */
interface EntryInEffect {
  readonly price: Price | undefined
  /** Unix milliseconds; the answer may be another from then on. */
  readonly untilMs: number
}

/** The prices of one PriceBook, in their order. */
export class PriceEntries {
  readonly #entries: readonly PreparedEntry[]

  /** Throws RangeError for a price or a markup that is no decimal. */
  constructor(entries: readonly PriceEntry[], markupPercent: string) {
    this.#entries = entries.map((entry) => ({
      providers: new Set(entry.providers),
      names: new Set(entry.models.filter((name) => !name.endsWith('*'))),
      prefixes: entry.models.flatMap((name) => (name.endsWith('*') ? name.slice(0, -1) : [])),
      fromMs: entry.effectiveFromMs ?? -Infinity,
      untilMs: entry.effectiveUntilMs ?? Infinity,
      price: new Price(entry, markupPercent),
    }))
  }

  /** The first that matches and is in effect. Takes time in the number of entries and names. */
  find(provider: string, model: string, nowMs: number): EntryInEffect {
    let untilMs = Infinity
    for (const entry of this.#entries) {
      if (!matches(entry, provider, model) || entry.untilMs <= nowMs) continue
      if (entry.fromMs <= nowMs) {
        return { price: entry.price, untilMs: Math.min(untilMs, entry.untilMs) }
      }
      untilMs = Math.min(untilMs, entry.fromMs)
    }
    return { price: undefined, untilMs }
  }
}

function matches({ providers, names, prefixes }: PreparedEntry, provider: string, model: string) {
  if (providers.size > 0 && !providers.has(provider)) return false
  if (names.size === 0 && prefixes.length === 0) return true
  return names.has(model) || prefixes.some((prefix) => model.startsWith(prefix))
}
