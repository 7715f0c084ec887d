import type { Clock, Timer } from '@fairlead/base'
import type { ToWorker } from '../worker-messages/messages.ts'

/** How long a worker may take to give back what it does not use. */
const recallMs = 100

/** A grant is this part of a worker's even share, so that most of it is left for others. */
const grantPart = 4

interface Member {
  readonly send: (message: ToWorker) => void
  leased: number
}

/** Calls that wait in a worker. */
interface Wish {
  readonly member: Member
  readonly needed: number
  /** All others have been asked to give back since it came. */
  isRecalled: boolean
}

/** One worker's side of the pool. */
export interface PermitMember {
  /** `needed` of its calls wait; 0 asks ahead. Answered once, perhaps with 0. */
  wants(needed: number): void
  returned(count: number, recalled: boolean): void
  /** Its process is gone: what was lent to it comes back. */
  left(): void
}

/**
 * The places of calls that run at the same time on this machine, lent to workers in batches. The sum
 * of what is lent never exceeds the limit. After the limit was lowered nothing is lent until enough
 * has been given back.
 */
export class PermitPool {
  readonly #clock: Pick<Clock, 'setTimer'>
  readonly #members = new Set<Member>()
  #limit = 0
  #shares = 1
  #lent = 0
  #overdrawn = false
  #wishes: Wish[] = []
  /** Workers that have been asked to give back, and have not answered. */
  readonly #recalled = new Set<Member>()
  #timer: Timer | undefined

  constructor(clock: Pick<Clock, 'setTimer'>) {
    this.#clock = clock
  }

  /** The limit, and among how many workers it is divided. */
  divide(limit: number, shares: number): void {
    if (limit === this.#limit && shares === this.#shares) return
    this.#limit = limit
    this.#shares = shares
    this.#noteOverdraft()
    for (const member of this.#members) this.#fill(member)
  }

  join(send: (message: ToWorker) => void): PermitMember {
    const member: Member = { send, leased: 0 }
    this.#members.add(member)
    if (this.#overdrawn) send({ type: 'permits-overdrawn', overdrawn: true })
    this.#fill(member)
    return {
      wants: (needed) => this.#wants(member, needed),
      returned: (count, recalled) => this.#returned(member, count, recalled),
      left: () => this.#left(member),
    }
  }

  get #free(): number {
    return Math.max(0, this.#limit - this.#lent)
  }

  #noteOverdraft(): void {
    const overdrawn = this.#lent > this.#limit
    if (overdrawn === this.#overdrawn) return
    this.#overdrawn = overdrawn
    for (const { send } of this.#members) send({ type: 'permits-overdrawn', overdrawn })
  }

  /** Lends up to the worker's even share. */
  #fill(member: Member): void {
    const share = Math.ceil(this.#limit / this.#shares)
    const count = Math.min(this.#free, share - member.leased)
    if (count > 0) this.#grant(member, count)
  }

  /** Who asks ahead takes nothing from others. */
  #wants(member: Member, needed: number): void {
    if (needed === 0) return this.#grant(member, Math.min(this.#free, this.#batch))
    this.#wishes.push({ member, needed, isRecalled: false })
    this.#serve()
    if (this.#wishes.length > 0) this.#recall()
  }

  get #batch(): number {
    return Math.ceil(this.#limit / this.#shares / grantPart)
  }

  #returned(member: Member, count: number, recalled: boolean): void {
    if (!this.#members.has(member)) return
    member.leased -= count
    this.#lent -= count
    if (recalled) this.#recalled.delete(member)
    this.#noteOverdraft()
    this.#serve()
    this.#endRecallIfAnswered()
  }

  #left(member: Member): void {
    if (!this.#members.delete(member)) return
    this.#lent -= member.leased
    this.#wishes = this.#wishes.filter((wish) => wish.member !== member)
    this.#recalled.delete(member)
    this.#noteOverdraft()
    this.#serve()
    this.#endRecallIfAnswered()
  }

  #serve(): void {
    while (this.#free > 0) {
      const wish = this.#wishes.shift()
      if (wish === undefined) return
      this.#grant(wish.member, Math.min(this.#free, Math.max(wish.needed, this.#batch)))
    }
  }

  #grant(member: Member, count: number): void {
    member.leased += count
    this.#lent += count
    member.send({ type: 'permits-granted', count })
  }

  /** Asks the others to give back what they do not use; one round at a time. */
  #recall(): void {
    if (this.#timer !== undefined) return
    const wishing = new Set(this.#wishes.map(({ member }) => member))
    for (const wish of this.#wishes) wish.isRecalled = true
    for (const member of this.#members) {
      // If several wish, each may have what another has asked for and no longer needs.
      const isAlone = wishing.size === 1 && wishing.has(member)
      if (member.leased > 0 && !isAlone) this.#recalled.add(member)
    }
    this.#timer = this.#clock.setTimer(recallMs, () => this.#endRecall())
    for (const member of this.#recalled) member.send({ type: 'permits-recalled' })
    this.#endRecallIfAnswered()
  }

  /** While a lowered limit is being given back, what comes back is not free yet. */
  #endRecallIfAnswered(): void {
    if (this.#recalled.size === 0 && !this.#overdrawn) this.#endRecall()
  }

  /** What the others could not make room for is refused; what was wished meanwhile has its own round. */
  #endRecall(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#recalled.clear()
    const refused = this.#wishes.filter(({ isRecalled }) => isRecalled)
    this.#wishes = this.#wishes.filter(({ isRecalled }) => !isRecalled)
    for (const { member } of refused) member.send({ type: 'permits-granted', count: 0 })
    if (this.#wishes.length > 0) this.#recall()
  }
}
