import type { Clock } from '@fairlead/base'
import type { BorrowOutcome, Wish } from '../counters/borrowing.ts'
import {
  type Claim,
  type Counter,
  type Counters,
  CounterStoreUnavailable,
  type CounterView,
  type RefusedClaim,
  type Reservation,
  type ReserveOutcome,
} from '../counters/counter.ts'
import type { CounterStore } from '../stores/counter-store.ts'
import { UsageWindows } from '../windows/usage-windows.ts'
import { HolderLife } from './holder-life.ts'
import { LeaseUpkeep } from './lease-upkeep.ts'
import { LocalLeases } from './local-leases.ts'
import type { ReportQueue } from './report-queue.ts'
import { WatchedStore } from './watched-store.ts'

interface LeasedCountersOptions {
  readonly store: CounterStore
  /** Unique among all processes that ever use the store. */
  readonly holder: string
  /**
   * Of what is left of a limit, the greatest share that is borrowed ahead at a time; at most 50. 0:
   * every reservation asks the store.
   */
  readonly percent: number
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  /** How often a store that cannot call is asked whether others want what is spare. 100 when left out. */
  readonly pollMs?: number
  /**
   * How long the store may not know what was used of what it has lent. What makes room for others is
   * told at once where it is much beside what is left. 25 when left out.
   */
  readonly reportMs?: number
  /** Told why the store failed, and undefined when it answers again. */
  readonly onAvailability?: (problem: string | undefined) => void
}

const defaultReportMs = 25

/** A reservation with what it takes to settle it. */
interface HeldReservation extends Reservation {
  /** Of whoever has it. */
  readonly queue: ReportQueue
  /** Where each claim counts. */
  readonly slots: readonly number[]
  isSettled: boolean
}

interface Borrowed {
  readonly claims: readonly Claim[]
  /** Those that were spare here. */
  readonly taken: ReadonlySet<Claim>
  readonly takenMs: number
  readonly wishes: readonly Wish[]
  readonly outcome: Extract<BorrowOutcome, { granted: true }>
  readonly queue: ReportQueue
}

/**
 * Counters of one process over a store. What is lent to the process is used without asking, so that
 * most calls wait for nobody; the store counts it as taken, so that no limit is exceeded.
 */
export class LeasedCounters implements Counters {
  readonly #store: WatchedStore
  readonly #clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  readonly #windows = new UsageWindows()
  readonly #leases: LocalLeases
  readonly #life: HolderLife
  readonly #upkeep: LeaseUpkeep
  /** Reservations that are not settled. */
  #running = 0
  #closed = false

  constructor(options: LeasedCountersOptions) {
    const { store, holder, percent, clock } = options
    this.#store = new WatchedStore(store, options.onAvailability ?? (() => {}))
    this.#clock = clock
    this.#leases = new LocalLeases(this.#windows, percent, (queue) => queue === this.#queue)
    this.#life = new HolderLife(holder, clock, {
      store: this.#store,
      spareOf: (counter, slot) => this.#leases.spareOf(counter, slot),
      reportMs: options.reportMs ?? defaultReportMs,
    })
    this.#upkeep = new LeaseUpkeep({
      store: this.#store,
      leases: this.#leases,
      life: this.#life,
      clock,
      pollMs: options.pollMs,
      isInUse: () => this.#running > 0,
    })
  }

  reserve(claims: readonly Claim[]): ReserveOutcome | Promise<ReserveOutcome> {
    if (this.#closed) throw new CounterStoreUnavailable('the counters are closed')
    const nowMs = this.#store.nowMs()
    this.#upkeep.check()
    return this.#takeLocally(claims, nowMs) ?? this.#askInTurn(claims)
  }

  uncounted(claims: readonly Claim[]): Reservation {
    const nowMs = this.#store.nowMs()
    const held: HeldReservation = {
      claims: claims.map((claim) => ({ ...claim, amount: 0 })),
      views: [],
      queue: this.#queue,
      slots: claims.map(({ counter }) => this.#windows.usedSlot(counter.window, nowMs)),
      isSettled: false,
    }
    this.#running += 1
    return held
  }

  settle(reservation: Reservation, amounts: readonly number[]): void {
    const held = reservation as HeldReservation
    if (held.isSettled) return
    held.isSettled = true
    this.#running -= 1
    const { queue, slots } = held
    let makesRoom = false
    for (const [index, claim] of held.claims.entries()) {
      const used = amounts[index] ?? claim.amount
      if (this.#settleOne(claim, used, slots[index] ?? 0, queue)) makesRoom = true
    }
    if (makesRoom) this.#life.flushSoon()
    else this.#life.flushInTime()
  }

  async view(counters: readonly Counter[]): Promise<readonly CounterView[]> {
    // What fails is sent again later than anybody waits for a view.
    if (!this.#queue.isFailing) await this.#queue.flush().catch(() => {})
    const views = await this.#store.view(counters)
    return views.map((view) => {
      const slot = this.#windows.leaseSlot(view.counter.window, this.#store.nowMs())
      const spare = this.#leases.spareOf(view.counter, slot)
      return spare === 0 ? view : { ...view, reserved: Math.max(0, view.reserved - spare) }
    })
  }

  /** Also closes the store. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#upkeep.stop()
    this.#leases.giveAllBack(this.#store.nowMs(), this.#queue)
    await this.#life.close()
    await this.#store.close()
  }

  get #queue(): ReportQueue {
    return this.#life.queue
  }

  /** Returns whether others may wait for something of it. */
  #settleOne(claim: Claim, used: number, slot: number, queue: ReportQueue): boolean {
    const { counter, amount } = claim
    const { measure } = counter
    if (measure === 'Requests') {
      if (used === amount) return false
      queue.add(counter, slot, used - amount, 0)
      this.#leases.settled(claim, used - amount, 0)
      return true
    }
    const lasting = measure === 'Running' ? 0 : used
    const left = Math.max(0, amount - lasting)
    const leaseSlot = counter.window?.type === 'Calendar' ? slot : 0
    const kept = queue === this.#queue ? this.#leases.keep(counter, leaseSlot, left) : 0
    const released = amount - kept
    if (lasting !== 0 || released !== 0) queue.add(counter, slot, lasting, released)
    const makesRoom = released > lasting && this.#leases.isMuch(counter, released - lasting)
    this.#leases.settled(claim, lasting, amount)
    return makesRoom
  }

  #takeLocally(claims: readonly Claim[], nowMs: number): ReserveOutcome | undefined {
    if (!this.#leases.take(claims, nowMs, this.#queue)) return undefined
    const views: CounterView[] = []
    const slots: number[] = []
    for (const claim of claims) {
      slots.push(this.#windows.usedSlot(claim.counter.window, nowMs))
      this.#count(claim, nowMs, this.#queue)
      const view = this.#leases.taken(claim, nowMs)
      if (view !== undefined) views.push(view)
    }
    return this.#granted(claims, views, slots, this.#queue)
  }

  #granted(
    claims: readonly Claim[],
    views: readonly CounterView[],
    slots: readonly number[],
    queue: ReportQueue,
  ): ReserveOutcome {
    const reservation: HeldReservation = { claims, views, queue, slots, isSettled: false }
    this.#running += 1
    this.#upkeep.arm()
    return { granted: true, reservation }
  }

  async #askInTurn(claims: readonly Claim[]): Promise<ReserveOutcome> {
    // Twice: what others have asked for ahead may be used up by those before.
    for (let round = 0; round < 2; round++) {
      const asking = claims.map(({ counter }) => this.#leases.asking(counter)).find(Boolean)
      if (asking === undefined) break
      await asking
      const outcome = this.#takeLocally(claims, this.#store.nowMs())
      if (outcome !== undefined) return outcome
    }
    const outcome = await this.#ask(claims)
    if (outcome.granted || !this.#hasToReport(outcome.refused)) return outcome
    // What this process gives back may be what is missing.
    await this.#queue.flush()
    return this.#ask(claims)
  }

  /** Whether there is, or is being delivered, anything that would make room. */
  #hasToReport(refused: readonly RefusedClaim[]): boolean {
    const nowMs = this.#store.nowMs()
    for (const { claim } of refused) {
      const { key } = claim.counter
      // A refusal makes no report, for there may be a flood of them.
      if (this.#leases.hasSpare(key)) this.#leases.giveBack(key, nowMs, this.#queue)
    }
    return (
      !this.#queue.isFailing && refused.some(({ claim }) => this.#queue.concerns(claim.counter.key))
    )
  }

  /** Takes what is spare here, and asks the store for the other claims. */
  async #ask(claims: readonly Claim[]): Promise<ReserveOutcome> {
    const queue = this.#queue
    const nowMs = this.#store.nowMs()
    const taken = new Set(claims.filter((claim) => this.#leases.takeOne(claim, nowMs, queue)))
    const missing = claims.filter((claim) => !taken.has(claim))
    const answer = Promise.withResolvers<void>()
    try {
      const wishes = missing.map((claim) => {
        const ahead = this.#leases.ask(claim, answer.promise, nowMs, queue)
        return { claim, ahead }
      })
      const outcome = await this.#borrow(wishes, queue)
      if (outcome.granted)
        return this.#accept({ claims, taken, takenMs: nowMs, wishes, outcome, queue })
      this.#leases.putBack(taken, nowMs, queue)
      return outcome
    } catch (error) {
      this.#leases.putBack(taken, nowMs, queue)
      throw error
    } finally {
      for (const claim of missing) this.#leases.answered(claim, answer.promise)
      answer.resolve()
    }
  }

  async #borrow(wishes: readonly Wish[], queue: ReportQueue): Promise<BorrowOutcome> {
    const sentMs = this.#clock.monotonicMs()
    const outcome = await this.#store.borrow(queue.holder, wishes)
    this.#life.contacted(sentMs, queue)
    return outcome
  }

  #accept({ claims, taken, takenMs, wishes, outcome, queue }: Borrowed): ReserveOutcome {
    const { lent, slots, views } = outcome
    const told = new Map<Claim, { readonly view: CounterView; readonly slot: number }>()
    for (const [index, { claim }] of wishes.entries()) {
      const view = views[index]
      const slot = slots[index] ?? 0
      if (view === undefined) continue
      const extra = (lent[index] ?? claim.amount) - claim.amount
      told.set(claim, { view: this.#leases.lent(view, slot, extra, queue), slot })
    }
    const reservedViews: CounterView[] = []
    const reservedSlots: number[] = []
    for (const claim of claims) {
      const asked = told.get(claim)
      const view = asked?.view ?? this.#leases.taken(claim, takenMs)
      if (taken.has(claim)) this.#count(claim, takenMs, queue)
      if (view !== undefined) reservedViews.push(view)
      reservedSlots.push(asked?.slot ?? this.#windows.usedSlot(claim.counter.window, takenMs))
    }
    return this.#granted(claims, reservedViews, reservedSlots, queue)
  }

  /** Requests are used as soon as they are taken. */
  #count({ counter, amount }: Claim, nowMs: number, queue: ReportQueue): void {
    if (counter.measure !== 'Requests') return
    queue.add(counter, this.#windows.usedSlot(counter.window, nowMs), amount, amount)
    this.#life.flushInTime()
  }
}
