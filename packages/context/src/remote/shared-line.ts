import type { Clock, Timer } from '@fairlead/base'
import type { ConcurrencyMode, TurnQueue } from '../service/turn-queue.ts'
import type { ClaimedPlace, StoreMembers } from '../stores/store-members.ts'
import type { PlaceMessage } from './place-messages.ts'
import type { SharedCall } from './shared-call.ts'

/** How often a place that another member has is asked for again. */
const askIntervalMs = 500
/** How long another member's call counts as waiting that does not say so again. */
const wantedMs = 5 * askIntervalMs
/** How long the member that is to have a place may take to claim it, before others try. */
const handOverMs = 200
/** How long a call that does not queue waits for who has the place to say so. */
const busyWaitMs = 500

interface SharedLineParts {
  readonly place: ClaimedPlace
  readonly members: StoreMembers
  /** The calls of this replica. */
  readonly queue: TurnQueue
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  readonly newClaim: () => string
  /** A claim that may still be there, because it could not be released. */
  readonly unreleased: (claim: string) => void
  /** Nobody of this replica has or wants the place any more. */
  readonly ended: () => void
}

interface Wanted {
  readonly mode: ConcurrencyMode
  readonly untilMs: number
}

/**
 * The calls of one conversation in this replica, of which the first needs the place in the store that
 * all replicas claim. The place goes on to the next call of this replica, unless another replica waits
 * for it: then each has it in turn.
 */
export class SharedLine {
  readonly #parts: SharedLineParts
  /** The call whose turn it is in this replica. */
  #first: SharedCall | undefined
  /** The claim that has the place. */
  #claim: string | undefined
  #isAcquiring = false
  #releasing: Promise<void> = Promise.resolve()
  /** Releases that have not ended. */
  #releases = 0
  /** Other members that wait for the place, in the order in which they said so. */
  readonly #wanted = new Map<string, Wanted>()
  #isPassedOn = false
  #isBusy: { readonly gives: boolean } | undefined
  #wake: (() => void) | undefined

  constructor(parts: SharedLineParts) {
    this.#parts = parts
  }

  get hasPlace(): boolean {
    return this.#claim !== undefined
  }

  /** It is the call's turn in this replica. */
  next(call: SharedCall): void {
    if (this.#first !== undefined && this.#first !== call) this.#first.decide('waiting')
    this.#first = call
    if (this.#claim !== undefined && !this.#othersComeFirst(call)) {
      this.#grant(call)
      return
    }
    call.setTentative(true)
    if (this.#claim !== undefined) {
      this.#passOn(call.followsEviction)
      call.followsEviction = false
    }
    void this.#acquire()
  }

  leave(call: SharedCall): void {
    if (call.hasLeft) return
    call.hasLeft = true
    const wasFirst = this.#first === call
    if (wasFirst) this.#first = undefined
    // The next one of this replica may get its turn within it.
    call.place?.leave()
    if (wasFirst) this.#settle(false)
  }

  /** The call did not leave in time, and has its turn no more. */
  evicted(call: SharedCall): void {
    if (this.#first === call) this.#first = undefined
    this.#settle(true)
  }

  /** What another member says of the place. */
  receive(message: PlaceMessage, from: string): void {
    if (message.type === 'place-wanted') {
      this.#othersWant(from, message.mode)
    } else if (message.type === 'place-busy') {
      this.#answered(message.to, message.gives)
    } else if (message.type === 'place-free') {
      this.#wanted.delete(from)
      this.#isFree(message.next, message.evicted)
    }
  }

  /** Claims the place again, which may have been lost. Never rejects. */
  async keep(): Promise<void> {
    const claim = this.#claim
    if (claim === undefined) {
      this.#wake?.()
      return
    }
    const { members, place } = this.#parts
    try {
      const { outcome } = await members.claim(place, claim)
      if (outcome === 'taken' && this.#claim === claim) this.lose()
    } catch {
      // It is tried again, or given up when that has failed for long.
    }
  }

  /** The place may be another's by now: what runs in it is to end. */
  lose(): void {
    if (this.#claim === undefined) return
    this.#parts.unreleased(this.#claim)
    this.#claim = undefined
    const { queue, place } = this.#parts
    queue.lose(place.tenant, place.conversation)
  }

  /** Asks for the place no more. */
  stop(): void {
    this.#first = undefined
    this.#wake?.()
  }

  /** Nobody of this replica has the place, or the next one gets it without it. */
  #settle(evicted: boolean): void {
    if (this.#first === undefined) {
      if (this.#claim !== undefined) this.#passOn(evicted)
      this.#wake?.()
    }
    this.#end()
  }

  #grant(call: SharedCall): void {
    const { queue, place } = this.#parts
    call.grant()
    const waiting = this.#waitingElsewhere()
    const mode = waiting.some(({ mode: one }) => one === 'Interrupt')
      ? 'Interrupt'
      : waiting[0]?.mode
    queue.setOutside(place.tenant, place.conversation, mode)
  }

  async #acquire(): Promise<void> {
    this.#wake?.()
    if (this.#isAcquiring) return
    this.#isAcquiring = true
    while (this.#first !== undefined && this.#claim === undefined) await this.#tryFor(this.#first)
    this.#isAcquiring = false
    this.#end()
  }

  async #tryFor(call: SharedCall): Promise<void> {
    const { members, place, newClaim } = this.#parts
    await this.#releasing
    if (this.#isPassedOn) await this.#pause(handOverMs)
    this.#isPassedOn = false
    const claim = newClaim()
    let outcome: Awaited<ReturnType<StoreMembers['claim']>>
    try {
      outcome = await members.claim(place, claim)
    } catch (error) {
      // It may have been granted.
      this.#release(claim)
      await this.#fail(call, error)
      return
    }
    if (outcome.outcome === 'granted') {
      if (this.#first === undefined) {
        this.#release(claim)
        return
      }
      this.#claim = claim
      this.#grant(this.#first)
    } else if (outcome.member === members.self) {
      this.#release(outcome.claim)
      await this.#releasing
    } else {
      this.#wanted.delete(outcome.member)
      await this.#waitFor(call)
    }
  }

  /** Another member has the place: asks for it, and waits. */
  async #waitFor(call: SharedCall): Promise<void> {
    const { members, place } = this.#parts
    const { mode } = call.call
    const asksFirst = mode === 'Reject' && !call.isDecided
    if (!asksFirst) call.decide('waiting')
    this.#isBusy = undefined
    // Once it may wait, it queues.
    const asks = mode === 'Reject' && !asksFirst ? 'Queue' : mode
    members.publish({ type: 'place-wanted', ...place, mode: asks })
    await this.#pause(asksFirst ? busyWaitMs : askIntervalMs)
    if (!asksFirst || this.#isPassedOn) return
    // TypeScript does not see that a message may have set it meanwhile.
    const isGiven = (this.#isBusy as { readonly gives: boolean } | undefined)?.gives === true
    if (isGiven) {
      call.decide('waiting')
      return
    }
    call.decide('refused')
    this.leave(call)
  }

  /** The store is not available: who has just come is told, others wait on. */
  async #fail(call: SharedCall, error: unknown): Promise<void> {
    if (call.isDecided) {
      await this.#pause(askIntervalMs)
      return
    }
    call.fail(error)
    this.leave(call)
  }

  #othersWant(member: string, mode: ConcurrencyMode): void {
    const { members, queue, place, clock } = this.#parts
    const { tenant, conversation } = place
    if (mode === 'Reject' && this.#claim !== undefined) {
      const gives = queue.isAbandoned(tenant, conversation)
      members.publish({ type: 'place-busy', ...place, to: member, gives })
      if (!gives) return
    }
    // Also where a third one has the place: whoever has it next knows who waits.
    this.#wanted.set(member, { mode, untilMs: clock.monotonicMs() + wantedMs })
    if (this.#claim !== undefined) queue.setOutside(tenant, conversation, mode)
  }

  #answered(to: string, gives: boolean): void {
    if (to !== this.#parts.members.self || this.#first?.isDecided !== false) return
    this.#isBusy = { gives }
    this.#wake?.()
  }

  #isFree(next: string | null, evicted: boolean): void {
    if (this.#claim !== undefined || this.#first === undefined) return
    const isMine = next === this.#parts.members.self
    this.#isPassedOn = next !== null && !isMine
    if (isMine && evicted) this.#first.followsEviction = true
    this.#wake?.()
  }

  #othersComeFirst({ call: { mode } }: SharedCall): boolean {
    const waiting = this.#waitingElsewhere()
    if (mode !== 'Interrupt') return waiting.length > 0
    return waiting.some((one) => one.mode === 'Interrupt')
  }

  #waitingElsewhere(): readonly Wanted[] {
    const nowMs = this.#parts.clock.monotonicMs()
    for (const [member, { untilMs }] of this.#wanted) {
      if (untilMs <= nowMs) this.#wanted.delete(member)
    }
    return [...this.#wanted.values()]
  }

  /** Frees the place, for whoever of the others waits. */
  #passOn(evicted: boolean): void {
    const claim = this.#claim
    if (claim === undefined) return
    this.#claim = undefined
    this.#release(claim, () => this.#tellNext(evicted))
  }

  /** The one that waits longest is to have the place; one that interrupts goes first. */
  #tellNext(evicted: boolean): void {
    this.#waitingElsewhere()
    const waiting = [...this.#wanted]
    const [next] = waiting.find(([, { mode }]) => mode === 'Interrupt') ?? waiting[0] ?? []
    // Those who still wait say so to whoever has it then.
    this.#wanted.clear()
    this.#isPassedOn = next !== undefined
    if (next === undefined && !evicted) return
    const { members, place } = this.#parts
    members.publish({ type: 'place-free', ...place, next: next ?? null, evicted })
    const mode = this.#first?.call.mode
    if (mode !== undefined) members.publish({ type: 'place-wanted', ...place, mode })
  }

  #release(claim: string, released = () => {}): void {
    const { members, place, unreleased } = this.#parts
    this.#releases += 1
    this.#releasing = members
      .release(place, claim)
      .then(released, () => unreleased(claim))
      .then(() => {
        this.#releases -= 1
        this.#end()
      })
  }

  async #pause(ms: number): Promise<void> {
    if (this.#first === undefined) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const timer: Timer = this.#parts.clock.setTimer(ms, resolve)
    await promise
    timer.cancel()
    this.#wake = undefined
  }

  #end(): void {
    const isIdle = this.#first === undefined && this.#claim === undefined
    if (isIdle && !this.#isAcquiring && this.#releases === 0) this.#parts.ended()
  }
}
