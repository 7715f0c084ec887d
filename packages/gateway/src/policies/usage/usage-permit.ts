import type { CallOutcome, Permit } from '../call-policy.ts'
import type { Held } from './reserver.ts'
import { type Used, usedOf } from './used.ts'

/** What a permit tells when the call has ended. */
interface SettleParts {
  /** Nanodollars for a million tokens of which no price is known. */
  readonly dearest: () => number | undefined
  /** The claims were settled; amounts are what each has used. */
  settled(held: Held, amounts: readonly number[]): void
}

/** The claims of one call, which are settled with what it really used. */
export class UsagePermit implements Permit {
  readonly #held: Held[]
  readonly #parts: SettleParts

  constructor(held: Held, parts: SettleParts) {
    this.#held = [held]
    this.#parts = parts
  }

  /** The claims that it was admitted with. */
  get claims(): Held['claims'] {
    return this.#held[0]?.claims ?? []
  }

  /** What was claimed of a counter so far, and what it may use beyond that. */
  claimed(key: string): { readonly amount: number; readonly beyond: number } {
    let amount = 0
    let sum = 0
    for (const { claims } of this.#held) {
      for (const { beyond, claim } of claims) {
        if (claim.counter.key !== key) continue
        amount += claim.amount
        sum += beyond
      }
    }
    return { amount, beyond: sum }
  }

  /** Further claims on counters that it has claims on already. */
  add(held: Held): void {
    this.#held.push(held)
  }

  settle(outcome: CallOutcome): void {
    settleHeld(this.#held.splice(0), usedBy(outcome, this.#parts), this.#parts)
  }
}

/**
 * Settles claims of one call with what it used. What further claims have of a counter is used only
 * after the first ones, so that none uses more than it claimed as long as the others have room.
 */
export function settleHeld(
  all: readonly Held[],
  used: Used,
  { settled }: Pick<SettleParts, 'settled'>,
): void {
  const [first, ...further] = all
  if (first === undefined) return
  const left = new Map<string, number>()
  const firstAmounts = first.claims.map((of) => {
    const { amount, counter } = of.claim
    const isShared = further.some(({ claims }) => claims.some((one) => one.limit === of.limit))
    const sum = usedOf(of, used)
    if (!isShared || sum <= amount) return sum
    left.set(counter.key, sum - amount)
    return amount
  })
  settleOne(first, firstAmounts, settled)
  for (const [place, held] of further.entries()) {
    const isLast = place === further.length - 1
    const amounts = held.claims.map(({ claim: { amount, counter } }) => {
      const wanted = left.get(counter.key) ?? 0
      const taken = isLast ? wanted : Math.min(wanted, amount)
      left.set(counter.key, wanted - taken)
      return taken
    })
    settleOne(held, amounts, settled)
  }
}

function settleOne(held: Held, amounts: readonly number[], settled: SettleParts['settled']): void {
  held.counters.settle(held.reservation, amounts)
  settled(held, amounts)
}

function usedBy(outcome: CallOutcome, { dearest }: Pick<SettleParts, 'dearest'>): Used {
  const { costNanodollars: cost, firstByteMs, replay, status, target, usage } = outcome
  return {
    usage,
    cost,
    dearest,
    answered: replay === undefined && target !== undefined && firstByteMs !== undefined,
    replayed: replay !== undefined,
    refused: usage === undefined && status >= 400 && status < 500 && status !== 499,
  }
}
