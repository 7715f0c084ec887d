import type { CounterState, LeasePeriod } from './counter-state.ts'

/** What a holder has of a counter. */
interface Loan {
  readonly state: CounterState
  readonly period: LeasePeriod
  /** The lease slot in which it was lent. */
  readonly slot: number
  amount: number
  /** Of `amount`, what no call held when the holder told last. */
  spare: number
}

/** One that borrows. */
export class CounterHolder {
  readonly id: string
  /** Monotonic milliseconds of its last sign of life. */
  seenMs: number
  /** Of the last report that was taken. */
  sequence = 0
  /** Keys of counters of which others want what it has spare. */
  readonly recalled = new Set<string>()
  /** By the counter's key as the holder names it; the newest last. */
  readonly #loans = new Map<string, Loan[]>()

  constructor(id: string, seenMs: number) {
    this.id = id
    this.seenMs = seenMs
  }

  get hasLoans(): boolean {
    return this.#loans.size > 0
  }

  loan(key: string, leaseSlot: number): Loan | undefined {
    const loans = this.#loans.get(key)
    return (
      loans?.find(({ slot }) => slot === leaseSlot) ??
      loans?.find(({ period }) => period.slot === leaseSlot)
    )
  }

  lend(key: string, state: CounterState, claimed: number, ahead: number): void {
    const { period } = state
    const amount = claimed + ahead
    period.lent += amount
    period.spare += ahead
    const loans = this.#loans.get(key)
    const known = loans?.find((loan) => loan.period === period)
    if (known !== undefined) {
      known.amount += amount
      known.spare += ahead
      return
    }
    const loan = { state, period, slot: period.slot, amount, spare: ahead }
    if (loans === undefined) this.#loans.set(key, [loan])
    else loans.push(loan)
  }

  /** Gives back, at most what it has. */
  release(key: string, loan: Loan, amount: number, spare: number): void {
    const released = Math.min(amount, loan.amount)
    const spareAfter = Math.min(spare, loan.amount - released)
    loan.period.lent -= released
    loan.period.spare += spareAfter - loan.spare
    loan.amount -= released
    loan.spare = spareAfter
    if (loan.amount > 0) return
    const left = this.#loans.get(key)?.filter((other) => other !== loan) ?? []
    if (left.length > 0) this.#loans.set(key, left)
    else this.#loans.delete(key)
  }

  /** Gives all back. Returns what it had. */
  releaseAll(): readonly Loan[] {
    const loans = [...this.#loans.values()].flat()
    this.#loans.clear()
    for (const { period, amount, spare } of loans) {
      period.lent -= amount
      period.spare -= spare
    }
    return loans
  }
}
