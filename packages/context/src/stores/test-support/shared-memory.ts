import type { Clock, JsonObject, Timer } from '@fairlead/base'
import { parseJson } from '@fairlead/base'
import type { AnswerPart } from '../answer-store.ts'
import type { ContextStore } from '../context-store.ts'
import { hasEnded, type ResponseError } from '../kept-response.ts'
import {
  memberLeaseMs,
  type ClaimedPlace,
  type ClaimOutcome,
  type StoreMembers,
} from '../store-members.ts'

interface SharedMemoryOptions {
  /** Where the data is; opened, and never closed. */
  readonly data: ContextStore
  /** Decides who is alive. */
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  /** How long a request, an answer or a message is on its way. No time when left out. */
  readonly latency?: () => Promise<void>
}

/** A member's opening of the store, and what may happen to it. */
export interface SharedMember {
  readonly store: ContextStore & { readonly members: StoreMembers }
  /** Nothing gets through, in either direction, and the store hears nothing of it. */
  cut(): void
  /** It is back. */
  mend(): void
  /** Its process is gone, and the store knows at once. */
  die(): void
}

/** What a member runs, and how it is ended for it. */
interface Running {
  readonly member: string
  readonly kind: 'turn' | 'response' | 'answer'
  end(how: { readonly error?: ResponseError; readonly completedAt?: number }): Promise<boolean>
}

/**
 * One store in memory that several members have opened, as several processes open one on a server. Each
 * may be cut off and may die.
 */
export class SharedMemory {
  readonly #options: SharedMemoryOptions
  readonly #members = new Map<string, Member>()
  readonly #claims = new Map<string, { readonly member: string; readonly claim: string }>()
  readonly #running = new Map<string, Running>()

  constructor(options: SharedMemoryOptions) {
    this.#options = options
  }

  get data(): ContextStore {
    return this.#options.data
  }

  get clock(): SharedMemoryOptions['clock'] {
    return this.#options.clock
  }

  /** One that joins under the name of another goes on as it. */
  join(name: string): SharedMember {
    const member = new Member(name, this)
    this.#members.set(name, member)
    return member
  }

  leave(name: string, member: Member): void {
    if (this.#members.get(name) === member) this.#members.delete(name)
  }

  async onItsWay(): Promise<void> {
    await this.#options.latency?.()
  }

  claim(self: string, place: ClaimedPlace, claim: string): ClaimOutcome {
    const key = keyOf('place', place.tenant, place.conversation)
    const holder = this.#claims.get(key)
    const isOwn = holder?.member === self && holder.claim === claim
    if (holder !== undefined && !isOwn && this.#isAlive(holder.member)) {
      return { outcome: 'taken', ...holder }
    }
    this.#claims.set(key, { member: self, claim })
    return { outcome: 'granted' }
  }

  release(self: string, place: ClaimedPlace, claim: string): void {
    const key = keyOf('place', place.tenant, place.conversation)
    const holder = this.#claims.get(key)
    if (holder?.member === self && holder.claim === claim) this.#claims.delete(key)
  }

  publish(from: string, text: string): void {
    for (const [name, member] of this.#members) if (name !== from) member.receive(text, from)
  }

  runs(key: string, running: Running): void {
    this.#running.set(key, running)
  }

  /** Ends what no living member runs. Returns how many there were. */
  async recover(kind: Running['kind'], how: Parameters<Running['end']>[0]): Promise<number> {
    let ended = 0
    for (const [key, running] of this.#running) {
      if (running.kind !== kind || this.#isAlive(running.member)) continue
      this.#running.delete(key)
      if (await running.end(how)) ended += 1
    }
    return ended
  }

  #isAlive(name: string): boolean {
    return this.#members.get(name)?.isAlive === true
  }
}

class Member implements SharedMember {
  readonly store: SharedMember['store']
  readonly #name: string
  readonly #shared: SharedMemory
  readonly #listeners = new Set<(message: JsonObject, from: string) => void>()
  readonly #gapListeners = new Set<() => void>()
  #inbox: Promise<void> = Promise.resolve()
  #outbox: Promise<void> = Promise.resolve()
  #aliveUntilMs = 0
  #heartbeat: Timer | undefined
  #isCut = false

  constructor(name: string, shared: SharedMemory) {
    this.#name = name
    this.#shared = shared
    this.store = this.#opened()
    this.#beat()
  }

  get isAlive(): boolean {
    return this.#aliveUntilMs > this.#shared.clock.monotonicMs()
  }

  receive(text: string, from: string): void {
    this.#inbox = this.#inbox.then(async () => {
      await this.#shared.onItsWay()
      if (this.#isCut) return
      for (const listener of this.#listeners) listener(parseJson(text) as JsonObject, from)
    })
  }

  cut(): void {
    this.#isCut = true
    this.#heartbeat?.cancel()
  }

  mend(): void {
    this.#isCut = false
    this.#beat()
    for (const listener of this.#gapListeners) listener()
  }

  die(): void {
    this.cut()
    this.#aliveUntilMs = 0
    this.#shared.leave(this.#name, this)
  }

  #beat(): void {
    const { clock } = this.#shared
    this.#aliveUntilMs = clock.monotonicMs() + memberLeaseMs
    this.#heartbeat?.cancel()
    this.#heartbeat = clock.setTimer(memberLeaseMs / 3, () => this.#beat())
  }

  /** Cut off meanwhile, it may or may not have been done. */
  async #reach<T>(work: () => T | Promise<T>): Promise<T> {
    this.#throwIfCut()
    await this.#shared.onItsWay()
    this.#throwIfCut()
    const result = await work()
    await this.#shared.onItsWay()
    this.#throwIfCut()
    return result
  }

  #throwIfCut(): void {
    if (this.#isCut) throw new Error('the store cannot be reached')
  }

  #opened(): SharedMember['store'] {
    const shared = this.#shared
    const { data } = shared
    const self = this.#name
    const append: ContextStore['append'] = async (change) => {
      const outcome = await data.append(change)
      const { id: conversation, ccp } = change.conversation
      const turn = change.turns.at(-1)
      if (outcome !== 'stored' || turn?.status !== 'in_progress') return outcome
      const { tenant } = ccp
      shared.runs(keyOf('turn', tenant, conversation, turn.id), {
        member: self,
        kind: 'turn',
        async end({ completedAt = 0 }) {
          const stored = await data.turn(tenant, conversation, turn.id)
          if (stored?.status !== 'in_progress') return false
          const ended = { ...stored, status: 'incomplete', completed_at: completedAt } as const
          return (await data.finish(tenant, { turn: ended })) === 'stored'
        },
      })
      return outcome
    }
    const add: ContextStore['responses']['add'] = async (response) => {
      if (!(await data.responses.add(response))) return false
      const { tenant, id } = response
      shared.runs(keyOf('response', tenant, id), {
        member: self,
        kind: 'response',
        async end({ error = null, completedAt = 0 }) {
          const stored = await data.responses.load(tenant, id)
          if (stored === undefined || hasEnded(stored.status)) return false
          const { body, output } = stored
          const told = { error, answeredBy: null, completedAt, firstFrame: 0, frames: [] }
          const end = { tenant, id, status: 'failed', body, output, ...told } as const
          return (await data.responses.finish(end)) === 'stored'
        },
      })
      return true
    }
    const begin: ContextStore['answers']['begin'] = async (answer) => {
      const known = await data.answers.begin(answer)
      if (known === undefined) shared.runs(keyOf('answer', answer.id), this.#answer(answer))
      return known
    }
    const recover = (completedAt: number) => shared.recover('turn', { completedAt })
    const close = async () => this.die()
    return this.#reaching(data, {
      members: this.#members(),
      append,
      recover,
      close,
      responses: this.#reaching(data.responses, {
        add,
        recover: (error: ResponseError, completedAt: number) =>
          shared.recover('response', { error, completedAt }),
      }),
      answers: this.#reaching(data.answers, { begin, recover: () => shared.recover('answer', {}) }),
      records: this.#reaching(data.records, {}),
      factors: this.#reaching(data.factors, {}),
    })
  }

  #answer(part: AnswerPart): Running {
    const { answers } = this.#shared.data
    return {
      member: this.#name,
      kind: 'answer',
      async end() {
        const stored = await answers.load(part.tenant, part.key)
        if (stored?.id !== part.id || stored.whole !== null) return false
        await answers.drop(part)
        return true
      },
    }
  }

  /** The target with some properties replaced, each method of which is asked over the way to the store. */
  #reaching<Target extends object, Replaced extends object>(
    target: Target,
    replaced: Replaced,
  ): Target & Replaced {
    return new Proxy(target, {
      get: (_, property) => {
        const value: unknown = Reflect.get(property in replaced ? replaced : target, property)
        if (typeof value !== 'function' || property === 'close') return value
        return (...list: readonly unknown[]) =>
          this.#reach(() => Reflect.apply(value, target, list) as unknown)
      },
    }) as Target & Replaced
  }

  #members(): StoreMembers {
    const self = this.#name
    const shared = this.#shared
    return {
      self,
      claim: (place, claim) => this.#reach(() => shared.claim(self, place, claim)),
      release: (place, claim) => this.#reach(() => shared.release(self, place, claim)),
      publish: (message) => {
        const text = JSON.stringify(message)
        if (Buffer.byteLength(text) > 7 * 1024) throw new RangeError('the message is too large')
        this.#outbox = this.#outbox.then(async () => {
          await shared.onItsWay()
          if (!this.#isCut) shared.publish(self, text)
        })
      },
      subscribe: (listener) => added(this.#listeners, listener),
      onGap: (listener) => added(this.#gapListeners, listener),
      // Who joins under its name takes its place.
      handOver: () => {},
    }
  }
}

function added<Listener>(listeners: Set<Listener>, listener: Listener): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** JSON, so that no name with a separator in it can imitate another. */
function keyOf(...names: readonly string[]): string {
  return JSON.stringify(names)
}
