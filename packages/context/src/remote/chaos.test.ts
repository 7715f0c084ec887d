import { sleep } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import type { Conversations, TurnRequest } from '../service/conversations.ts'
import { settled, turnRequest } from '../service/test-support/conversation-bench.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { SharedMemory } from '../stores/test-support/shared-memory.ts'
import { seededRandom } from '../turns/test-support/seeded-random.ts'
import type { Turn } from '../turns/turn.ts'
import { replicaOf, type Replica } from './test-support/replica.ts'

const conversations = ['c1', 'c2', 'c3']
const maxWaitMs = 10_000

/**
 * Calls, cancels, cuts and deaths at random, in replicas of one store. `acknowledged` are the turns
 * whose end was stored.
 */
class Chaos {
  readonly clock = new FakeClock()
  readonly acknowledged: Turn[] = []
  readonly cancels: { readonly turn: Turn }[] = []
  readonly unsettled = new Set<string>()
  readonly shared: SharedMemory
  readonly #random: () => number
  readonly #replicas: Replica[] = []
  #names = 0
  /** Nothing goes wrong any more. */
  #isCalm = false

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    this.shared = new SharedMemory({
      data: createMemoryStore({ clock: this.clock, ttlMs: undefined }),
      clock: this.clock,
      latency: () => sleep(this.clock, Math.floor(this.#random() * 20)),
    })
  }

  async start(): Promise<void> {
    for (let number = 0; number < 3; number++) await this.#join()
  }

  get workers(): readonly Conversations[] {
    return this.#replicas.flatMap(({ workers }) => workers)
  }

  /** Lets time pass, in which something happens every 50 ms. */
  async run(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += 50) {
      this.#step()
      await this.pass(50)
    }
  }

  async calmDown(): Promise<void> {
    this.#isCalm = true
    for (const { member } of this.#replicas) member.mend()
    await this.pass(60_000, 50)
  }

  async pass(ms: number, stepMs = 10): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      await this.clock.advance(stepMs)
      await settled()
    }
  }

  async close(): Promise<void> {
    let isClosed = false
    void Promise.all(this.#replicas.map(({ owner }) => owner.close())).then(() => (isClosed = true))
    while (!isClosed) await this.pass(10)
  }

  #step(): void {
    const dice = this.#random()
    if (dice < 0.6) this.#watch('a call', this.#call(this.#one(conversations)))
    else if (dice < 0.7) this.#watch('a cancel', this.#cancel(this.#one(conversations)))
    else if (dice < 0.72) this.#watch('a cut', this.#cut(this.#one(this.#replicas)))
    else if (dice < 0.725) this.#watch('a death', this.#replace())
  }

  #watch(what: string, work: Promise<void>): void {
    const name = `${what} at ${this.clock.monotonicMs()}`
    this.unsettled.add(name)
    void work.then(() => this.unsettled.delete(name))
  }

  async #call(conversation: string): Promise<void> {
    const worker = this.#one(this.workers)
    const mode = this.#one(['Queue', 'Queue', 'Interrupt', 'Reject'] as const)
    const isDeaf = this.#random() < 0.1
    const needsMs = this.#random() * 1500
    const told = Promise.withResolvers<void>()
    try {
      const open = await worker.begin(
        question(conversation, { onConcurrent: { mode, maxWaitMs } }),
        {
          cancel: () => told.resolve(),
        },
      )
      if (this.#random() < 0.3) open.callerLeft()
      const answered = sleep(this.clock, needsMs).then(() => 'completed' as const)
      const stopped = told.promise.then(() => 'cancelled' as const)
      const status = await (isDeaf ? answered : Promise.race([answered, stopped]))
      const turn = await open.finish({ status, output: [], usage: undefined, model: 'm' })
      this.acknowledged.push(turn)
    } catch (error) {
      expect(error).toHaveProperty('code')
    }
  }

  async #cancel(conversation: string): Promise<void> {
    try {
      this.cancels.push({ turn: await this.#one(this.workers).cancelTurn('a', conversation) })
    } catch (error) {
      expect(error).toHaveProperty('code')
    }
  }

  async #cut({ member }: Replica): Promise<void> {
    member.cut()
    await sleep(this.clock, this.#random() * 25_000)
    if (this.#isCalm || this.#replicas.some((one) => one.member === member)) member.mend()
  }

  /** A replica dies without a word, and another is started. */
  async #replace(): Promise<void> {
    const [dead] = this.#replicas.splice(Math.floor(this.#random() * this.#replicas.length), 1)
    dead?.member.cut()
    await this.#join()
  }

  async #join(): Promise<void> {
    const name = `replica-${++this.#names}`
    let isJoined = false
    const joining = replicaOf(this.shared, name, this.clock, 2)
    void joining.then(() => (isJoined = true))
    // The clock is advanced elsewhere once it runs.
    while (this.#replicas.length < 1 && !isJoined) await this.pass(10)
    this.#replicas.push(await joining)
  }

  #one<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.#random() * list.length)]
    if (chosen === undefined) throw new Error('there is one at least')
    return chosen
  }
}

function question(conversation: string, change: Partial<TurnRequest> = {}): TurnRequest {
  const content = [{ type: 'input_text', text: 'Hello' }] as const
  return turnRequest([{ type: 'message', role: 'user', content }], {
    tenant: 'a',
    conversation,
    isNewInput: true,
    ...change,
  })
}

describe('replicas of one store, some of which are cut off or die', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'run one turn at a time, lose no end and let nobody wait for ever: seed %i',
    async (seed) => {
      const chaos = new Chaos(seed)
      const starting = chaos.start()
      let isStarted = false
      void starting.then(() => (isStarted = true))
      while (!isStarted) await chaos.pass(10)
      await chaos.run(120_000)
      await chaos.calmDown()
      expect([...chaos.unsettled]).toEqual([])

      const { data } = chaos.shared
      for (const { turn } of chaos.cancels) expect(turn.status).not.toBe('in_progress')
      expect(chaos.acknowledged.length).toBeGreaterThan(50)
      for (const turn of chaos.acknowledged) {
        expect(await data.turn('a', turn.conversation, turn.id)).toMatchObject({
          status: turn.status,
        })
      }
      for (const id of conversations) {
        const outlines = await data.outline('a', id, 0)
        const numbers = outlines.map(({ seq }) => seq)
        expect(numbers).toEqual(numbers.map((_, index) => index + 1))
        // Nothing is left running, and everybody may go on.
        expect((await data.basis('a', id, { pathMax: 0 }))?.running).toBeUndefined()
        for (const worker of chaos.workers) {
          let isBegun = false
          const beginning = worker.begin(question(id))
          void beginning.then(() => (isBegun = true))
          await chaos.pass(300)
          expect(isBegun).toBe(true)
          const open = await beginning
          const ending = open.finish({
            status: 'completed',
            output: [],
            usage: undefined,
            model: 'm',
          })
          await chaos.pass(200)
          await ending
        }
      }
      await chaos.close()
    },
    60_000,
  )
})
