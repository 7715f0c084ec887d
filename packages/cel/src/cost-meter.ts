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

/** Counts what expressions cost, up to a limit. */
export class CostMeter {
  readonly #max: number
  readonly #stopsAtBudget: boolean
  #remaining: number
  #limit: number
  #budget: number
  #apart = 0
  #exceeded = false
  readonly #onStart: (() => void)[] = []

  /**
   * @param max the limit of one expression
   * @param stopsAtBudget whether an expression is stopped when a smaller budget is spent; otherwise it
   * is only seen when it has ended
   */
  constructor(max = expressionCostMax, stopsAtBudget = true) {
    this.#max = max
    this.#stopsAtBudget = stopsAtBudget
    this.#remaining = max
    this.#limit = max
    this.#budget = max
  }

  /** Whether the current, or last, expression exceeded its limit. */
  get exceeded(): boolean {
    return this.#exceeded
  }

  /** Starts counting for an expression with this budget left. */
  start(budget: number): void {
    this.#budget = budget
    this.#limit = this.#stopsAtBudget ? Math.max(0, Math.min(budget, this.#max)) : this.#max
    this.#remaining = this.#limit
    this.#apart = 0
    this.#exceeded = false
    for (const listener of this.#onStart) listener()
  }

  /** Calls back whenever the counting starts for an expression. */
  onStart(listener: () => void): void {
    this.#onStart.push(listener)
  }

  /** Whether the expression has cost more than the budget that was left. */
  get overBudget(): boolean {
    if (this.#stopsAtBudget) return this.#exceeded && this.#limit < this.#max
    return this.used > this.#budget
  }

  /** The cost since `start`. */
  get used(): number {
    return this.#limit - this.#remaining + this.#apart
  }

  charge(cost: number): void {
    this.#remaining -= cost
    if (this.#remaining >= 0) return
    this.exceed()
  }

  /**
   * Runs a part that has a limit of its own, such as a variable that is evaluated when it is first
   * asked for; its cost is added to what is used.
   */
  apart<T>(run: () => T): T {
    const remaining = this.#remaining
    this.#remaining = this.#limit
    try {
      return run()
    } finally {
      this.#apart += this.#limit - this.#remaining
      this.#remaining = remaining
    }
  }

  /** Ends the expression as one that costs too much. */
  exceed(): never {
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

/** How much more than it is said to cost an expression may take. */
const workMax = 10 * expressionCostMax

/** Counts what expressions take where another meter counts their costs, and stops them by that. */
export class WorkMeter extends CostMeter {
  readonly #costs: CostMeter

  constructor(costs: CostMeter) {
    super(workMax)
    this.#costs = costs
    costs.onStart(() => this.start(workMax))
  }

  override exceed(): never {
    return this.#costs.exceed()
  }
}
