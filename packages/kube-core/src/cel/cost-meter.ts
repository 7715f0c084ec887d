import { isCelList, isCelMap, type CelValue } from '@bufbuild/cel'

/** Cost limit of one rule, as in Kubernetes. */
const ruleCostMax = 1_000_000

/** Cost limit of all rules together for one object, as in Kubernetes. */
export const objectCostMax = 10_000_000

/** Thrown inside the evaluator when a rule has used up its budget. */
class CostLimitError extends Error {
  override name = 'CostLimitError'
  constructor() {
    super('operation cancelled: actual cost limit exceeded')
  }
}

/**
 * Counts what rules cost: one for each call and each step of a loop, and one for every ten characters
 * or each item that a call reads. Not Kubernetes' exact figures, but the same order of magnitude.
 */
export class CostMeter {
  #remaining = ruleCostMax
  #limit = ruleCostMax
  #exceeded = false

  /** Whether the current, or last, rule exceeded its limit. */
  get exceeded(): boolean {
    return this.#exceeded
  }

  /** Starts counting for a rule with this budget left. */
  start(budget: number): void {
    this.#limit = Math.max(0, Math.min(budget, ruleCostMax))
    this.#remaining = this.#limit
    this.#exceeded = false
  }

  /** Whether the budget of the whole object was what stopped the rule. */
  get overBudget(): boolean {
    return this.#exceeded && this.#limit < ruleCostMax
  }

  /** The cost of the rule since `start`. */
  get used(): number {
    return this.#limit - this.#remaining
  }

  charge(cost: number): void {
    this.#remaining -= cost
    if (this.#remaining >= 0) return
    this.#exceeded = true
    throw new CostLimitError()
  }

  /** Charges for a call that reads a whole value, however deep. */
  chargeDeep(value: CelValue | undefined): void {
    this.chargeFlat(value)
    if (isCelList(value)) for (const item of value) this.chargeDeep(item)
    else if (isCelMap(value)) for (const [, item] of value) this.chargeDeep(item)
  }

  /** Charges for a call that reads a string or the items of a list once. */
  chargeFlat(value: CelValue | undefined): void {
    if (typeof value === 'string') this.charge(1 + value.length / 10)
    else if (isCelList(value) || isCelMap(value)) this.charge(1 + value.size / 10)
    else this.charge(1)
  }
}
