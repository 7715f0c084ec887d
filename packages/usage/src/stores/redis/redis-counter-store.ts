import { sleep, type Clock } from '@fairlead/base'
import {
  leaseMs,
  recallMs,
  type BorrowOutcome,
  type Holder,
  type Report,
  type Wish,
} from '../../counters/borrowing.ts'
import { type Counter, type CounterView, CounterStoreUnavailable } from '../../counters/counter.ts'
import type { CounterStore } from '../counter-store.ts'
import { UsageWindows } from '../../windows/usage-windows.ts'
import { borrowOutcomeOf, wishArguments } from './borrow-script-values.ts'
import { counterKeyOf, placeOf, viewOf } from './counter-place.ts'
import {
  attachScript,
  borrowScript,
  correctScript,
  renewScript,
  reportScript,
  viewScript,
} from './counter-scripts.ts'
import { HolderRecord } from './holder-record.ts'
import type { RedisLink } from './redis-link.ts'
import type { RedisScript } from './redis-script.ts'
import type { RedisSession } from './redis-session.ts'

interface RedisCounterStoreOptions {
  readonly link: RedisLink
  /** `namespace/name` of the LLMGateway. */
  readonly gateway: string
  readonly clock: Pick<Clock, 'monotonicMs' | 'now' | 'setTimer'>
  /** The server's time in Unix milliseconds; that of the newest connection when left out. */
  readonly nowMs?: () => number
}

/** How often one who wants what others have spare looks whether it came. */
const lookEveryMs = 25

/** Holders that are remembered: one for each process, and its earlier names. */
const recordsMax = 64

/** Replies of scripts that did nothing, and of a server that has given a holder up. */
const replies = { stale: -1, early: -2, givenUp: 2 }

/** Counters of one gateway in Redis, shared by all of its replicas. */
export class RedisCounterStore implements CounterStore {
  readonly #options: RedisCounterStoreOptions
  readonly #prefix: string
  readonly #windows = new UsageWindows()
  readonly #records = new Map<string, HolderRecord>()
  #session: RedisSession | undefined
  #epochs = 0

  constructor(options: RedisCounterStoreOptions) {
    this.#options = options
    this.#prefix = `{fairlead:${options.gateway}}:`
    options.link.onAttach(async (session) => {
      this.#session = session
      const aliveMs = options.clock.monotonicMs() - leaseMs
      for (const record of this.#records.values()) {
        record.epoch = undefined
        // Who is gone has nothing to claim again, but what it has to report.
        if (record.seenMs > aliveMs) await this.#attach(session, record)
      }
    })
  }

  nowMs(): number {
    return this.#options.nowMs?.() ?? this.#session?.nowMs() ?? this.#options.clock.now()
  }

  async borrow(holder: Holder, wishes: readonly Wish[]): Promise<BorrowOutcome> {
    let waitedMs = 0
    for (;;) {
      const { outcome, isRecalled } = await this.#borrow(holder, wishes)
      if (!isRecalled || waitedMs >= recallMs) return outcome
      await sleep(this.#options.clock, lookEveryMs)
      waitedMs += lookEveryMs
    }
  }

  async report(holder: Holder, sequence: number, reports: readonly Report[]): Promise<void> {
    const record = this.#recordOf(holder)
    const nowMs = await this.#timeMs()
    const places = reports.map(({ counter, slot }) => placeOf(counter, this.#windows, nowMs, slot))
    const names = places.map(({ name }) => name)
    record.reporting(
      sequence,
      reports.map(({ released }, index) => ({ name: names[index] ?? '', amount: released })),
    )
    const values = reports.flatMap(({ used, released, spare }, index) => {
      const { slot = 0, bucketMs = 0, oldest = 0, expiresAtMs = 0 } = places[index] ?? {}
      return [slot, bucketMs, oldest, used, released, spare, expiresAtMs]
    })
    const [taken] = await this.#runFor(reportScript, record, nowMs, names, [sequence, ...values])
    if (taken === replies.early) {
      throw new CounterStoreUnavailable(
        'Redis cannot be used: a report came before an earlier one. It is sent again.',
      )
    }
    record.reported(sequence)
  }

  async renew(holder: Holder): Promise<readonly string[]> {
    const record = this.#live(holder)
    const [, ...names] = await this.#runFor(renewScript, record, await this.#timeMs(), [], [])
    return names.map((name) => counterKeyOf(String(name)))
  }

  async view(counters: readonly Counter[]): Promise<readonly CounterView[]> {
    if (counters.length === 0) return []
    const session = await this.#options.link.session()
    const nowMs = this.nowMs()
    const places = counters.map((counter) => placeOf(counter, this.#windows, nowMs))
    const keys = places.map(({ name }) => this.#prefix + name)
    const values = places.flatMap(({ bucketMs, oldest }) => [bucketMs, oldest])
    const reply = numbersOf(await session.run(viewScript, keys, [nowMs, this.#prefix, ...values]))
    return counters.map((counter, index) => viewOf(counter, reply, index * 4, this.#windows, nowMs))
  }

  /** Also ends the connection. */
  close(): Promise<void> {
    this.#options.link.close()
    return Promise.resolve()
  }

  async #borrow(
    holder: Holder,
    wishes: readonly Wish[],
  ): Promise<{ readonly outcome: BorrowOutcome; readonly isRecalled: boolean }> {
    const record = this.#live(holder)
    const nowMs = await this.#timeMs()
    const places = wishes.map(({ claim }) => placeOf(claim.counter, this.#windows, nowMs))
    const names = places.map(({ name }) => name)
    const values = wishes.flatMap((wish, index) => wishArguments(wish, places[index]))
    const reply = numbersOf(await this.#runFor(borrowScript, record, nowMs, names, values))
    const outcome = borrowOutcomeOf(wishes, places, reply, this.#windows, nowMs)
    if (outcome.granted) {
      for (const [index, { claim }] of wishes.entries()) {
        const lent = outcome.lent[index] ?? 0
        const isUsed = claim.counter.measure === 'Requests'
        record.borrowed(names[index] ?? '', isUsed ? lent - claim.amount : lent)
      }
    }
    return { outcome, isRecalled: !outcome.granted && reply[1] === 1 }
  }

  #recordOf({ id }: Holder): HolderRecord {
    const known = this.#records.get(id)
    if (known !== undefined) return known
    for (const [other, record] of this.#records) {
      if (this.#records.size < recordsMax) break
      if (record.isIdle) this.#records.delete(other)
    }
    const record = new HolderRecord(id, this.#options.clock.monotonicMs())
    this.#records.set(id, record)
    return record
  }

  #live(holder: Holder): HolderRecord {
    const record = this.#recordOf(holder)
    record.seenMs = this.#options.clock.monotonicMs()
    return record
  }

  /** The server's time, which is known with a connection. */
  async #timeMs(): Promise<number> {
    const session = this.#options.link.session()
    // A promise costs a turn of the event loop: only the first calls need one.
    if (session instanceof Promise) await session
    return this.nowMs()
  }

  /** Runs a script that acts for a holder. */
  async #runFor(
    script: RedisScript,
    record: HolderRecord,
    nowMs: number,
    names: readonly string[],
    values: readonly (string | number)[],
  ): Promise<readonly unknown[]> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const session = await this.#options.link.session()
      if (record.epoch === undefined) await this.#attach(session, record)
      const { epoch } = record
      const head = this.#headOf(record, nowMs)
      const keys = [...this.#keysOf(record), ...names.map((name) => this.#prefix + name)]
      const reply = listOf(await session.run(script, keys, [...head, ...values]))
      if (reply[0] !== replies.stale) return reply
      // Its lease had ended while nobody could renew it.
      if (record.epoch === epoch) record.epoch = undefined
    }
    throw new CounterStoreUnavailable('Redis cannot be used: the lease ended again at once.')
  }

  /** From now on the holder speaks through this connection; what the server has of it is corrected. */
  #attach(session: RedisSession, record: HolderRecord): Promise<void> {
    record.attaching ??= this.#begin(session, record).finally(() => {
      record.attaching = undefined
    })
    return record.attaching
  }

  async #begin(session: RedisSession, record: HolderRecord): Promise<void> {
    const nowMs = this.#options.nowMs?.() ?? session.nowMs()
    const epoch = String(++this.#epochs)
    const head = [nowMs, leaseMs, epoch, this.#prefix, record.id]
    const values = [...head, record.sequence]
    const reply = listOf(await session.run(attachScript, this.#keysOf(record), values))
    record.reported(Number(reply[0]))
    const listed = listOf(reply[2]).map(String)
    if (reply[1] === replies.givenUp) record.adopt(listed)
    const wrong = record.compare(listed)
    // Keys are few in a script, so that none takes long.
    for (let from = 0; from < wrong.length; from += 100) {
      const part = wrong.slice(from, from + 100)
      const keys = [...this.#keysOf(record), ...part.map(({ name }) => this.#prefix + name)]
      const amounts = part.flatMap(({ has }) => correctionArguments(has, nowMs))
      await session.run(correctScript, keys, [...head, ...amounts])
    }
    record.epoch = epoch
  }

  #keysOf({ id }: HolderRecord): string[] {
    const prefix = this.#prefix
    const own = ['h:', 'a:', 'p:'].map((kind) => prefix + kind + id)
    return [`${prefix}holders`, `${prefix}wanted`, ...own]
  }

  #headOf({ id, epoch = '' }: HolderRecord, nowMs: number): readonly (string | number)[] {
    return [nowMs, leaseMs, epoch, this.#prefix, id]
  }
}

/** What is borrowed is kept for longer than any call takes; a report corrects when it expires. */
const correctedKeptMs = 7 * 24 * 3_600_000

function correctionArguments(has: number, nowMs: number): readonly number[] {
  // Nothing is forgotten of a sliding window here: the next call does.
  return [has, 0, 0, nowMs + correctedKeptMs]
}

function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : []
}

function numbersOf(reply: unknown): readonly number[] {
  return listOf(reply).map(Number)
}
