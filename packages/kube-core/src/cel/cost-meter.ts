import { isCelList, isCelMap, type CelValue } from '@bufbuild/cel'

/** Cost that one rule may have, as in Kubernetes. */
const ruleCostMax = 1_000_000

/** Cost that all rules together may have for one object, as in Kubernetes. */
export const objectCostMax = 10_000_000

/** Thrown into the evaluator when a rule has used up what it may cost. */
class CostLimitError extends Error {
  override name = 'CostLimitError'
  constructor() {
    super('operation cancelled: actual cost limit exceeded')
  }
}

/**
 * Counts what rules cost: one for each call and each step of a loop, and one for every ten characters
 * or each item that a call looks at. Not the exact figures of Kubernetes, but the same order.
 */
export class CostMeter {
  #remaining = ruleCostMax
  #limit = ruleCostMax
  #exceeded = false

  /** Whether the rule that runs, or ran last, went over its limit. */
  get exceeded(): boolean {
    return this.#exceeded
  }

  /** Starts to count for a rule that may cost at most `budget` more. */
  start(budget: number): void {
    this.#limit = Math.max(0, Math.min(budget, ruleCostMax))
    this.#remaining = this.#limit
    this.#exceeded = false
  }

  /** Whether it was the budget of the whole object that ended the rule. */
  get overBudget(): boolean {
    return this.#exceeded && this.#limit < ruleCostMax
  }

  /** What the rule has cost since `start`. */
  get used(): number {
    return this.#limit - this.#remaining
  }

  charge(cost: number): void {
    this.#remaining -= cost
    if (this.#remaining >= 0) return
    this.#exceeded = true
    throw new CostLimitError()
  }

  /** Charges for a call that looks at the whole of a value. */
  chargeDeep(value: CelValue | undefined): void {
    this.chargeFlat(value)
    if (isCelList(value)) for (const item of value) this.chargeDeep(item)
    else if (isCelMap(value)) for (const [, item] of value) this.chargeDeep(item)
  }

  /** Charges for a call that looks at a text or at the items of a list once. */
  chargeFlat(value: CelValue | undefined): void {
    if (typeof value === 'string') this.charge(1 + value.length / 10)
    else if (isCelList(value) || isCelMap(value)) this.charge(1 + value.size / 10)
    else this.charge(1)
  }
}
