import { isCelList, isCelMap, type CelValue } from '@bufbuild/cel'

/** Cost limit of one expression, as of one validation rule in Kubernetes. */
const expressionCostMax = 1_000_000

/** Thrown inside the evaluator when an expression has used up its budget. */
class CostLimitError extends Error {
  override name = 'CostLimitError'
  constructor() {
    super('operation cancelled: actual cost limit exceeded')
  }
}

/**
 * Counts what expressions cost: one for each call and each step of a loop, and one for every ten characters
 * or each item that a call reads. Not Kubernetes' exact figures, but the same order of magnitude.
 */
export class CostMeter {
  #remaining = expressionCostMax
  #limit = expressionCostMax
  #exceeded = false
  readonly #onStart: (() => void)[] = []

  /** Whether the current, or last, expression exceeded its limit. */
  get exceeded(): boolean {
    return this.#exceeded
  }

  /** Starts counting for an expression with this budget left. */
  start(budget: number): void {
    this.#limit = Math.max(0, Math.min(budget, expressionCostMax))
    this.#remaining = this.#limit
    this.#exceeded = false
    for (const listener of this.#onStart) listener()
  }

  /** Calls back whenever the counting starts for an expression. */
  onStart(listener: () => void): void {
    this.#onStart.push(listener)
  }

  /** Whether the budget that was left was what stopped the expression. */
  get overBudget(): boolean {
    return this.#exceeded && this.#limit < expressionCostMax
  }

  /** The cost since `start`. */
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
