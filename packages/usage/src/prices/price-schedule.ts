import type { CataloguePrice } from '@fairlead/llm'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/** A price of the catalogue at one time, and until when it holds. */
interface ScheduledPrice {
  readonly price: Omit<CataloguePrice, 'changes'>
  /** Unix milliseconds; it may be another from then on. */
  readonly untilMs: number
}

/** What a price with changes is at `nowMs`, in Unix milliseconds: the last change that holds. */
export function priceAt({ changes = [], ...first }: CataloguePrice, nowMs: number): ScheduledPrice {
  let price: ScheduledPrice['price'] = first
  let untilMs = Infinity
  for (const { when, price: changed } of changes) {
    if ('fromDate' in when) {
      const fromMs = Date.parse(`${when.fromDate}T00:00:00Z`)
      if (fromMs <= nowMs) price = changed
      else untilMs = Math.min(untilMs, fromMs)
      continue
    }
    const fromMs = nextAt(when.fromMinute, nowMs)
    const endMs = nextAt(when.untilMinute, nowMs)
    // It holds while its end comes before its next beginning.
    if (endMs < fromMs) price = changed
    untilMs = Math.min(untilMs, fromMs, endMs)
  }
  return { price, untilMs }
}

/** When it is so many minutes after midnight in UTC the next time, later than `nowMs`. */
function nextAt(minute: number, nowMs: number): number {
  const todayMs = Math.floor(nowMs / dayMs) * dayMs + minute * minuteMs
  return todayMs > nowMs ? todayMs : todayMs + dayMs
}
