import type { BorrowOutcome, Wish } from '../../counters/borrowing.ts'
import type { Claim, CounterView, RefusedClaim } from '../../counters/counter.ts'
import { bucketFreeAtMs } from '../../windows/sliding-window.ts'
import type { UsageWindows } from '../../windows/usage-windows.ts'
import { type CounterPlace, viewOf } from './counter-place.ts'

/** When only calls that run are in the way, nobody knows when they end. */
const guessMs = 1000

/** What the script is told of a wish. Throws RangeError for an amount that cannot be counted. */
export function wishArguments(
  { claim, ahead }: Wish,
  place: CounterPlace | undefined,
): readonly number[] {
  const { counter, amount, shadow } = claim
  if (!Number.isSafeInteger(amount) || amount < 0) {
    throw new RangeError(`${amount} is no amount that can be counted`)
  }
  const { slot = 0, bucketMs = 0, oldest = 0, expiresAtMs = 0 } = place ?? {}
  const isUsed = counter.measure === 'Requests'
  return [
    counter.limit,
    amount,
    Number(shadow),
    ahead,
    Number(isUsed),
    slot,
    bucketMs,
    oldest,
    expiresAtMs,
  ]
}

/** What the script's reply means. */
export function borrowOutcomeOf(
  wishes: readonly Wish[],
  places: readonly CounterPlace[],
  reply: readonly number[],
  windows: UsageWindows,
  nowMs: number,
): BorrowOutcome {
  if (reply[0] === 1) {
    const at = (index: number) => 1 + index * 5
    return {
      granted: true,
      lent: wishes.map((_, index) => reply[at(index)] ?? 0),
      slots: places.map(({ slot }) => slot),
      views: wishes.map(({ claim }, index) =>
        viewOf(claim.counter, reply, at(index) + 1, windows, nowMs),
      ),
    }
  }
  const refused = wishes.flatMap(({ claim }, index): RefusedClaim[] => {
    const at = 2 + index * 6
    if (reply[at] === 1) return []
    const view = viewOf(claim.counter, reply, at + 1, windows, nowMs)
    return [
      { claim, view, retryAfterMs: retryAfterMs(claim, view, reply[at + 5] ?? 0, windows, nowMs) },
    ]
  })
  return { granted: false, refused }
}

function retryAfterMs(
  { amount, counter: { limit, window } }: Claim,
  { used }: CounterView,
  freeWith: number,
  windows: UsageWindows,
  nowMs: number,
): number | undefined {
  if (amount > limit) return undefined
  if (window === undefined || used + amount <= limit) return guessMs
  if (window.type === 'Calendar') return windows.span(window, nowMs).endMs - nowMs
  return bucketFreeAtMs(window.everyMs, freeWith) - nowMs
}
