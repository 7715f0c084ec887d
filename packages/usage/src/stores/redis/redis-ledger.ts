import { compareText, type Clock, type Logger, parseJson, type Timer } from '@fairlead/base'
import { usageFolds } from '../../ledger/fold-usage.ts'
import {
  ledgerDays,
  type KeyUse,
  type RateableCall,
  rateableCallsMax,
  rateableMs,
  type RatedCall,
  type Rating,
  type UsageAnswer,
  type UsageEntry,
  type UsageLedger,
  type UsageQuery,
} from '../../ledger/ledger.ts'
import { type NotedUsage, PendingUsage } from '../../ledger/pending-usage.ts'
import { mayRate, ratingEntry } from '../../ledger/rate-call.ts'
import { dayAfter, daysBetween } from '../../ledger/usage-days.ts'
import { UsageSummary } from '../../ledger/usage-sums.ts'
import { noteUsageScript } from './ledger-script.ts'
import { rateCallScript, rememberCallsScript } from './rating-scripts.ts'
import type { RedisLink } from './redis-link.ts'
import type { RedisSession } from './redis-session.ts'
import { entryOf, figuresOf, rowOf } from './usage-row.ts'

interface RedisLedgerOptions {
  readonly link: RedisLink
  /** `namespace/name` of the LLMGateway. */
  readonly gateway: string
  /** Unique among all processes that ever write. */
  readonly writer: string
  readonly clock: Pick<Clock, 'setTimer'>
  readonly logger: Pick<Logger, 'warn'>
}

/** Notes of this time become one batch. */
const batchMs = 250
/** After a failure; meanwhile notes wait in memory. */
const retryMs = 5000
/** In one script, so that none takes long. */
const entriesPerScript = 100
/** As in the ledger of a machine. */
const rowsPerDay = 50_000
const rowsPerTenantAndDay = 200
const dayMs = 86_400_000

/** A part of what was noted, on its way; it is sent again under the same number. */
interface Batch {
  readonly number: number
  readonly noted: NotedUsage
}

/** The ledger of one gateway in Redis, shared by all of its replicas. */
export class RedisLedger implements UsageLedger {
  readonly #options: RedisLedgerOptions
  readonly #prefix: string
  readonly #pending = new PendingUsage()
  #batches: Batch[] = []
  #number = 0
  #timer: Timer | undefined
  #sending: Promise<void> | undefined
  #hasFailed = false

  constructor(options: RedisLedgerOptions) {
    this.#options = options
    this.#prefix = `{fairlead:${options.gateway}}:`
  }

  note(entry: UsageEntry): void {
    this.#pending.add(entry)
    this.#sendSoon()
  }

  noteKeyUse(use: KeyUse): void {
    this.#pending.addKeyUse(use)
    this.#sendSoon()
  }

  noteRateable(call: RateableCall): void {
    this.#pending.addRateable(call)
    this.#sendSoon()
  }

  async rate(rating: Rating): Promise<RatedCall | undefined> {
    await this.#send()
    const session = await this.#options.link.session()
    const { requestId, tenant, thousandths, atMs } = rating
    const answer = await session.run(rateCallScript, this.#ratingKeys(), [
      requestId,
      tenant,
      thousandths,
      atMs - rateableMs,
    ])
    if (!Array.isArray(answer)) return undefined
    const [text = '', earlier = ''] = answer.map(String)
    // Unchecked: only this class writes it.
    const call = parseJson(text) as RateableCall
    if (!mayRate(call, rating)) return undefined
    const before = earlier === '' ? undefined : Number(earlier)
    this.note(ratingEntry(call, before, thousandths))
    return { prompt: call.prompt, isReplaced: before !== undefined }
  }

  async query(query: UsageQuery): Promise<UsageAnswer> {
    await this.#send()
    const session = await this.#options.link.session()
    const summary = new UsageSummary(query)
    const days = Math.min(ledgerDays, daysBetween(query.from, query.to))
    for (let index = 0; index < days; index++) {
      const day = dayAfter(query.from, index)
      for await (const tenant of this.#tenantsOf(session, day, query.tenant)) {
        for await (const [row, figures] of this.#fieldsOf(session, `l:${day}/${tenant}`)) {
          const entry = entryOf(day, tenant, row, figures)
          if (entry !== undefined) summary.add(entry)
        }
      }
    }
    return summary.answer()
  }

  async keyUses(tenant: string): Promise<readonly KeyUse[]> {
    await this.#send()
    const session = await this.#options.link.session()
    const uses: KeyUse[] = []
    for await (const [key, hour] of this.#fieldsOf(session, `k:${tenant}`)) {
      uses.push({ tenant, key, hourMs: Number(hour) })
    }
    return uses.toSorted((one, other) => compareText(one.key, other.key))
  }

  /** Sends what is noted, if that can be done at once. The link is closed by who opened it. */
  async close(): Promise<void> {
    await this.#send().catch(() => {})
    this.#timer?.cancel()
  }

  async *#tenantsOf(
    session: RedisSession,
    day: string,
    asked: string | undefined,
  ): AsyncGenerator<string> {
    if (asked !== undefined) {
      yield asked
      return
    }
    for await (const [tenant] of this.#fieldsOf(session, `d:${day}`)) {
      if (tenant !== '#') yield tenant
    }
  }

  /** Each field of a hash once, though a page may name again what an earlier one has named. */
  async *#fieldsOf(
    session: RedisSession,
    name: string,
  ): AsyncGenerator<readonly [name: string, value: string]> {
    const seen = new Set<string>()
    for await (const page of session.hashPages(this.#prefix + name)) {
      for (let index = 0; index + 1 < page.length; index += 2) {
        const field = page[index] ?? ''
        if (!seen.has(field)) yield [field, page[index + 1] ?? '']
        seen.add(field)
      }
    }
  }

  #sendSoon(): void {
    this.#timer ??= this.#options.clock.setTimer(this.#hasFailed ? retryMs : batchMs, () => {
      this.#timer = undefined
      // What fails is sent again.
      this.#send().catch(() => {})
    })
  }

  /** One after the other, so that numbers rise. */
  #send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined
    })
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    try {
      for (;;) {
        if (this.#batches.length === 0) this.#batches = this.#takeBatches()
        const [batch] = this.#batches
        if (batch === undefined) break
        const session = await this.#options.link.session()
        const writer = `${this.#prefix}n:${this.#options.writer}`
        const values = this.#argumentsOf(batch, session.nowMs())
        await session.run(noteUsageScript, [writer], values)
        await this.#remember(batch.noted.rateable, session)
        this.#batches.shift()
      }
      this.#hasFailed = false
    } catch (error) {
      if (!this.#hasFailed) {
        this.#options.logger.warn({ err: error }, 'usage cannot be stored; it is kept in memory')
      }
      this.#hasFailed = true
      this.#sendSoon()
      throw error
    }
  }

  async #remember(calls: readonly RateableCall[], session: RedisSession): Promise<void> {
    if (calls.length === 0) return
    await session.run(rememberCallsScript, this.#ratingKeys(), [
      session.nowMs() - rateableMs,
      rateableCallsMax,
      rateableMs,
      ...calls.flatMap((call) => [call.requestId, call.endedAtMs, JSON.stringify(call)]),
    ])
  }

  #ratingKeys(): readonly string[] {
    return ['r', 's', 'e'].map((name) => this.#prefix + name)
  }

  #takeBatches(): Batch[] {
    const { entries, keyUses, rateable } = this.#pending.take()
    const batches: Batch[] = []
    const size = Math.max(entries.length, keyUses.length, rateable.length)
    for (let from = 0; from < size; from += entriesPerScript) {
      const part = [from, from + entriesPerScript] as const
      const noted = {
        entries: entries.slice(...part),
        keyUses: keyUses.slice(...part),
        rateable: rateable.slice(...part),
      }
      batches.push({ number: ++this.#number, noted })
    }
    return batches
  }

  #argumentsOf({ number, noted }: Batch, nowMs: number): readonly (string | number)[] {
    const { entries, keyUses } = noted
    const head = [this.#prefix, number, rowsPerDay, rowsPerTenantAndDay, entries.length]
    const rows = entries.flatMap((entry) => {
      const folded = usageFolds.map((fold) => fold(entry))
      const expiresAtMs = Date.parse(`${entry.day}T00:00:00Z`) + (ledgerDays + 1) * dayMs
      const places = folded.flatMap((each) => [each.tenant, rowOf(each)])
      return [entry.day, expiresAtMs, ...figuresOf(entry), ...places]
    })
    const uses = keyUses.flatMap(({ tenant, key, hourMs }) => [
      tenant,
      key,
      hourMs,
      nowMs + ledgerDays * dayMs,
    ])
    return [...head, ...rows, ...uses]
  }
}
