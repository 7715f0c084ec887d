import type { Clock } from '@fairlead/base'
import type { UsageWindow } from '@fairlead/snapshot'
import { UsageWindows } from '../windows/usage-windows.ts'
import type { BorrowOutcome, Report, Wish } from './borrowing.ts'
import type { Claim, Counter, CounterView, RefusedClaim } from './counter.ts'
import type { CounterHolder } from './counter-holder.ts'
import type { Bucket, CounterState } from './counter-state.ts'
import { emptyView } from './empty-view.ts'
import { CounterTable, type CounterBounds } from './counter-table.ts'
import { HolderRegister } from './holder-register.ts'

/** What has changed, for whoever keeps it. */
export interface CounterChanges {
  used(state: CounterState, slot: number): void
  lent(state: CounterState): void
  forgotten(state: CounterState): void
}

/** A counter that was kept when its process ended. */
export interface KeptCounter {
  readonly key: string
  readonly window: UsageWindow
  readonly lentSlot: number
  readonly lent: number
  readonly buckets: readonly Bucket[]
  /** This is the counter from now on. */
  readonly restored: (state: CounterState) => void
}

interface CounterBookOptions {
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>
  /** 100,000 counters and 64 MiB when left out. */
  readonly bounds?: CounterBounds
  readonly changes?: CounterChanges
}

const defaultBounds: CounterBounds = { countersMax: 100_000, bytesMax: 64 * 1024 * 1024 }

const unkept: CounterChanges = { used() {}, lent() {}, forgotten() {} }

export type GrantedBorrow = Extract<BorrowOutcome, { granted: true }>

/** A wish that is being judged. */
interface Judged {
  readonly wish: Wish
  readonly state: CounterState
}

/**
 * All counters and what is lent of them. Every method is one step. What it costs grows with what it
 * is given, and not with the number of counters.
 */
export class CounterBook {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>
  readonly #windows = new UsageWindows()
  readonly #changes: CounterChanges
  readonly #table: CounterTable
  readonly #holders: HolderRegister

  constructor({ clock, bounds = defaultBounds, changes = unkept }: CounterBookOptions) {
    this.#clock = clock
    this.#changes = changes
    this.#holders = new HolderRegister(clock)
    this.#table = new CounterTable(this.#windows, bounds, (state) => changes.forgotten(state))
  }

  /** Counters that hold something, and some that did. */
  get size(): number {
    return this.#table.size
  }

  /**
   * Takes what was kept by an earlier process. Who held what was lent is gone: it comes back as
   * unsettled.
   */
  restore(kept: readonly KeptCounter[]): void {
    const nowMs = this.#begin()
    for (const { key, window, lentSlot, lent, buckets, restored } of kept) {
      const state = this.#table.add(key, window, nowMs)
      restored(state)
      for (const { slot, used, unsettled } of buckets) state.add(slot, used, unsettled)
      state.follow(this.#windows, nowMs)
      this.#table.resized(state)
      if (lent === 0) continue
      this.#changes.lent(state)
      if (lentSlot >= state.period.slot) {
        this.#add(state, this.#windows.usedSlot(window, nowMs), 0, lent)
      }
    }
    this.#table.forgetAllIdle(nowMs)
  }

  /** What was granted has not reached the holder: it is as if it had not been asked for. */
  undo(
    holderId: string,
    wishes: readonly Wish[],
    granted: Pick<GrantedBorrow, 'lent' | 'slots'>,
  ): void {
    const { lent, slots } = granted
    const nowMs = this.#begin()
    const holder = this.#holders.known(holderId)
    for (const [index, { claim }] of wishes.entries()) {
      const { counter, amount } = claim
      const isUsed = counter.measure === 'Requests'
      const extra = (lent[index] ?? amount) - amount
      const slot = slots[index] ?? 0
      const loan = holder.loan(counter.key, counter.window?.type === 'Calendar' ? slot : 0)
      const spare = Math.max(0, (loan?.spare ?? 0) - extra)
      const released = isUsed ? extra : amount + extra
      this.#takeReport(
        holder,
        { counter, slot, used: isUsed ? -amount : 0, released, spare },
        nowMs,
      )
    }
    this.#holders.changed(holder)
  }

  /** As `CounterStore.borrow`, without asking other holders for what they have spare. */
  borrow(holderId: string, wishes: readonly Wish[]): BorrowOutcome {
    const nowMs = this.#begin()
    const holder = this.#holders.live(holderId)
    const judged: Judged[] = []
    const refused: RefusedClaim[] = []
    for (const wish of wishes) {
      const { claim } = wish
      checkAmount(claim.amount)
      const state = this.#table.open(claim.counter, nowMs)
      judged.push({ wish, state })
      state.isClaimed = true
      if (claim.shadow || claim.amount <= freeOf(state, claim.counter)) {
        state.claimed += claim.amount
      } else {
        const view = state.view(claim.counter, this.#windows, nowMs)
        const retryAfterMs = state.retryAfterMs(claim, this.#windows, nowMs)
        refused.push({ claim, view, retryAfterMs })
      }
    }
    for (const { state } of judged) {
      state.claimed = 0
      state.isClaimed = false
    }
    return refused.length > 0 ? { granted: false, refused } : this.#grant(holder, judged, nowMs)
  }

  /**
   * Who should be asked for what they have spare, so that claims fit that were refused: by holder,
   * the keys of counters. Undefined if that would not make room for all of them.
   */
  spareOfOthers(
    holderId: string,
    refused: readonly RefusedClaim[],
  ): ReadonlyMap<string, readonly string[]> | undefined {
    const nowMs = this.#begin()
    const asked = new Map<string, string[]>()
    for (const { claim } of refused) {
      const { counter, amount } = claim
      const state = this.#table.find(counter, nowMs)
      if (state === undefined) continue
      let missing = amount - freeOf(state, counter)
      for (const [id, holder] of this.#holders.borrowers) {
        const loan = id === holderId ? undefined : holder.loan(counter.key, state.period.slot)
        if (missing <= 0 || loan?.period !== state.period || loan.spare === 0) continue
        missing -= loan.spare
        asked.set(id, [...(asked.get(id) ?? []), counter.key])
      }
      if (missing > 0) return undefined
    }
    for (const [id, keys] of asked) {
      for (const key of keys) this.#holders.borrowers.get(id)?.recalled.add(key)
    }
    return asked
  }

  /** As `CounterStore.report`. */
  report(holderId: string, sequence: number, reports: readonly Report[]): void {
    const nowMs = this.#begin()
    const holder = this.#holders.known(holderId)
    if (sequence <= holder.sequence) return
    holder.sequence = sequence
    for (const report of reports) this.#takeReport(holder, report, nowMs)
    this.#holders.changed(holder)
  }

  /** As `CounterStore.renew`. */
  renew(holderId: string): readonly string[] {
    this.#begin()
    const holder = this.#holders.live(holderId)
    const recalled = [...holder.recalled]
    holder.recalled.clear()
    return recalled
  }

  /** The holder is gone, and will report nothing more. */
  left(holderId: string): void {
    const nowMs = this.#begin()
    const holder = this.#holders.find(holderId)
    if (holder !== undefined) this.#giveBack(holder, nowMs)
    this.#holders.forget(holderId)
  }

  view(counters: readonly Counter[]): readonly CounterView[] {
    const nowMs = this.#begin()
    return counters.map((counter) => {
      const state = this.#table.find(counter, nowMs)
      return state?.view(counter, this.#windows, nowMs) ?? emptyView(counter, this.#windows, nowMs)
    })
  }

  #begin(): number {
    const nowMs = this.#clock.now()
    for (const holder of this.#holders.takeExpired()) this.#giveBack(holder, nowMs)
    return nowMs
  }

  #giveBack(holder: CounterHolder, nowMs: number): void {
    holder.recalled.clear()
    for (const { state, period, amount } of holder.releaseAll()) {
      state.follow(this.#windows, nowMs)
      this.#changes.lent(state)
      // What ran there has ended, and used nothing that lasts.
      if (state.window === undefined || state.period !== period) continue
      this.#add(state, this.#windows.usedSlot(state.window, nowMs), 0, amount)
    }
  }

  #take(holder: CounterHolder, state: CounterState, claim: Claim, nowMs: number): void {
    const { counter, amount } = claim
    if (counter.measure === 'Requests') {
      this.#add(state, this.#windows.usedSlot(state.window, nowMs), amount)
      return
    }
    if (amount === 0) return
    holder.lend(counter.key, state, amount, 0)
    this.#changes.lent(state)
  }

  #grant(holder: CounterHolder, judged: readonly Judged[], nowMs: number): BorrowOutcome {
    const lent: number[] = []
    const slots: number[] = []
    const views: CounterView[] = []
    for (const { wish, state } of judged) this.#take(holder, state, wish.claim, nowMs)
    for (const { wish, state } of judged) {
      const { claim, ahead } = wish
      const { counter } = claim
      // Whoever is waited for takes nothing that it does not need.
      const granted = holder.recalled.has(counter.key)
        ? 0
        : Math.max(0, Math.min(ahead, freeOf(state, counter)))
      if (granted > 0) {
        holder.lend(counter.key, state, 0, granted)
        this.#changes.lent(state)
      }
      lent.push(claim.amount + granted)
      slots.push(this.#windows.usedSlot(state.window, nowMs))
    }
    for (const { wish, state } of judged) {
      views.push(state.view(wish.claim.counter, this.#windows, nowMs))
    }
    this.#holders.changed(holder)
    return { granted: true, lent, slots, views }
  }

  #takeReport(holder: CounterHolder, report: Report, nowMs: number): void {
    const { counter, slot, used, released, spare } = report
    holder.recalled.delete(counter.key)
    const leaseSlot = counter.window?.type === 'Calendar' ? slot : 0
    const loan = holder.loan(counter.key, leaseSlot)
    if (loan !== undefined) {
      holder.release(counter.key, loan, released, spare)
      loan.state.follow(this.#windows, nowMs)
      this.#changes.lent(loan.state)
    }
    if (used === 0) return
    const state = loan?.state ?? this.#table.open(counter, nowMs)
    if (state.counts(slot, this.#windows, nowMs)) {
      this.#add(state, Math.min(slot, this.#windows.usedSlot(state.window, nowMs)), used)
    }
  }

  #add(state: CounterState, slot: number, used: number, unsettled = 0): void {
    state.add(slot, used, unsettled)
    this.#table.resized(state)
    this.#changes.used(state, slot)
  }
}

/** Negative where more is taken than the limit allows. */
function freeOf({ used, period, claimed }: CounterState, { limit }: Counter): number {
  return limit - used - period.lent - claimed
}

function checkAmount(amount: number): void {
  if (Number.isSafeInteger(amount) && amount >= 0) return
  throw new RangeError(`${amount} is no amount that can be counted`)
}
