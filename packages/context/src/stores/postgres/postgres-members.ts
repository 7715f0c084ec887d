import { createHash } from 'node:crypto'
import {
  type Clock,
  isJsonObject,
  type JsonObject,
  type Logger,
  parseJsonOrUndefined,
  type Timer,
  type PostgresClient,
  type PostgresPool,
} from '@fairlead/base'
import {
  memberLeaseMs,
  type ClaimedPlace,
  type ClaimOutcome,
  type StoreMembers,
} from '../store-members.ts'
import { readText, storedText } from './stored-text.ts'

interface PostgresMembersOptions {
  readonly pool: PostgresPool
  readonly member: string
  readonly schema: string
  readonly deadlineMs: number
  readonly clock: Pick<Clock, 'setTimer'>
  readonly logger: Logger
}

/** The most bytes of a message's JSON. */
const messageBytesMax = 7 * 1024
/** The most messages that wait to be told. */
const outboxMax = 10_000
const reconnectMinMs = 100
const reconnectMaxMs = 5000

const isDeafMessage =
  'messages of other replicas do not arrive, because LISTEN needs a session of its own: let the URL name the server itself, or a pooler in session mode'

/**
 * The processes that share a store in PostgreSQL. One connection of its own listens, tells others and
 * keeps this member alive; it is made anew, with backoff, whenever it is lost.
 */
export class PostgresMembers implements StoreMembers {
  readonly self: string
  readonly #options: PostgresMembersOptions
  readonly #channel: string
  readonly #listeners = new Set<(message: JsonObject, from: string) => void>()
  readonly #gapListeners = new Set<() => void>()
  #client: PostgresClient | undefined
  #timer: Timer | undefined
  #outbox: string[] = []
  #isTelling = false
  #told = 0
  /** Why there is no connection. */
  #failure: Error | undefined
  /** Whether the connection hears what is told on another; undefined until it had the time for it. */
  #hears: boolean | undefined
  /** What was told on another since it was looked at last: nothing, and what was told or heard of it. */
  #ping: 'none' | 'told' | 'heard' = 'none'
  #isHandedOver = false
  #isClosed = false

  constructor(options: PostgresMembersOptions) {
    this.#options = options
    this.self = options.member
    const digest = createHash('sha256').update(options.schema).digest('hex')
    this.#channel = `fairlead_${digest.slice(0, 16)}`
  }

  /** Rejects when there is no connection. */
  async start(): Promise<void> {
    try {
      await this.#connect()
    } catch (error) {
      throw this.#options.pool.described(error)
    }
  }

  /** Throws, with a message for the operator, unless this member hears others. */
  check(): void {
    if (this.#client === undefined) {
      throw this.#failure ?? new Error('the connection that listens is being made anew')
    }
    if (this.#hears === false) throw this.#options.pool.described(new Error(isDeafMessage))
  }

  async claim({ tenant, conversation }: ClaimedPlace, claim: string): Promise<ClaimOutcome> {
    const [row] = await this.#options.pool.ask(
      'SELECT * FROM fairlead.claim_1($1, $2, $3, $4, $5)',
      [...[tenant, conversation, this.self, claim].map(storedText), memberLeaseMs],
    )
    const holder = {
      member: readText(String(row?.['member'])),
      claim: readText(String(row?.['claim'])),
    }
    if (holder.member === this.self && holder.claim === claim) return { outcome: 'granted' }
    return { outcome: 'taken', ...holder }
  }

  async release({ tenant, conversation }: ClaimedPlace, claim: string): Promise<void> {
    await this.#options.pool.ask(
      `DELETE FROM fairlead.claims
       WHERE tenant = $1 AND conversation = $2 AND member = $3 AND claim = $4`,
      [tenant, conversation, this.self, claim].map(storedText),
    )
  }

  publish(message: JsonObject): void {
    const text = JSON.stringify(message)
    if (Buffer.byteLength(text) > messageBytesMax) {
      throw new RangeError(`the message is larger than ${messageBytesMax} bytes`)
    }
    if (this.#client === undefined || this.#outbox.length >= outboxMax) return
    // Numbered, because PostgreSQL tells equal messages of one transaction once.
    this.#outbox.push(`[${JSON.stringify(this.self)},${++this.#told},${text}]`)
    void this.#tell()
  }

  subscribe(listener: (message: JsonObject, from: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener)
    return () => this.#gapListeners.delete(listener)
  }

  handOver(): void {
    this.#isHandedOver = true
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#timer?.cancel()
    const client = this.#client
    this.#client = undefined
    await this.#tellRest(client)
    await client?.end().catch(() => {})
    if (this.#isHandedOver) return
    // Where the server is gone, the lease ends by itself.
    await this.#options.pool
      .ask('SELECT fairlead.leave_1($1)', [storedText(this.self)])
      .catch(() => {})
  }

  async #connect(): Promise<void> {
    const { pool } = this.#options
    const client = await pool.ownConnection()
    if (this.#isClosed) return client.end()
    this.#hears = undefined
    this.#ping = 'none'
    client.on('notification', ({ payload }) => this.#receive(payload))
    client.on('end', () => this.#lose(client, new Error('Connection terminated')))
    try {
      await this.#ask(client, `LISTEN ${this.#channel}`)
      await this.#beat(client)
    } catch (error) {
      void client.end().catch(() => {})
      throw error
    }
    this.#client = client
    this.#failure = undefined
    await this.#tellPing()
    if (this.#client === client) this.#beatLater(client)
  }

  /** Whether it was alive until now. */
  async #beat(client: PostgresClient): Promise<boolean> {
    const [row] = await this.#ask(client, 'SELECT fairlead.heartbeat_1($1, $2) AS alive', [
      storedText(this.self),
      memberLeaseMs,
    ])
    return row?.['alive'] === true
  }

  #beatLater(client: PostgresClient): void {
    this.#timer = this.#options.clock.setTimer(memberLeaseMs / 3, () => {
      this.#judgeHearing()
      this.#beat(client).then(
        (wasAlive) => {
          if (this.#client !== client) return
          void this.#tellPing()
          this.#beatLater(client)
          if (!wasAlive) this.#tellGap()
        },
        (error: unknown) => this.#lose(client, error),
      )
    })
  }

  #judgeHearing(): void {
    const before = this.#hears
    if (this.#ping !== 'none') this.#hears = this.#ping === 'heard'
    if (this.#hears === false && before !== false) this.#options.logger.error({}, isDeafMessage)
    this.#ping = 'none'
  }

  /**
   * On another connection, while nothing is asked for on this one: a pooler in transaction mode gives what
   * is told to whoever uses the session that listens, which is this member while it asks for something.
   */
  async #tellPing(): Promise<void> {
    this.#ping = 'none'
    const ping = `[${JSON.stringify(this.self)},0,null]`
    try {
      await this.#options.pool.ask('SELECT pg_notify($1, $2)', [this.#channel, ping])
      if (this.#ping === 'none') this.#ping = 'told'
    } catch {
      // Whoever cannot reach the server is told so by what it asks for.
    }
  }

  #lose(client: PostgresClient, error: unknown): void {
    if (this.#client !== client || this.#isClosed) return
    this.#client = undefined
    this.#outbox = []
    this.#timer?.cancel()
    this.#failure = this.#options.pool.described(error)
    void client.end().catch(() => {})
    this.#reconnect(reconnectMinMs)
  }

  #reconnect(delayMs: number): void {
    this.#timer = this.#options.clock.setTimer(delayMs, () => {
      this.#connect().then(
        () => this.#tellGap(),
        (error: unknown) => {
          this.#failure = this.#options.pool.described(error)
          if (!this.#isClosed) this.#reconnect(Math.min(2 * delayMs, reconnectMaxMs))
        },
      )
    })
  }

  #tellGap(): void {
    for (const listener of this.#gapListeners) listener()
  }

  #receive(payload: string | undefined): void {
    const told: unknown = parseJsonOrUndefined(payload ?? '')
    if (!Array.isArray(told)) return
    const [from, number, message] = told as readonly unknown[]
    if (from === this.self) {
      if (number === 0) this.#ping = 'heard'
    } else if (typeof from === 'string' && isJsonObject(message)) {
      for (const listener of this.#listeners) listener(message, from)
    }
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return
    this.#isTelling = true
    const client = this.#client
    try {
      while (this.#outbox.length > 0 && this.#client === client && client !== undefined) {
        await this.#tellAll(client)
      }
    } catch (error) {
      if (client !== undefined) this.#lose(client, error)
    } finally {
      this.#isTelling = false
    }
    if (this.#outbox.length > 0 && this.#client !== undefined) void this.#tell()
  }

  async #tellAll(client: PostgresClient): Promise<void> {
    const messages = this.#outbox.splice(0, 100)
    await this.#ask(client, 'SELECT pg_notify($1, m) FROM unnest($2::text[]) AS m', [
      this.#channel,
      messages,
    ])
  }

  async #tellRest(client: PostgresClient | undefined): Promise<void> {
    try {
      while (client !== undefined && this.#outbox.length > 0) await this.#tellAll(client)
    } catch {
      // Lost, as messages may be.
    }
  }

  async #ask(client: PostgresClient, statement: string, values: readonly unknown[] = []) {
    const text = this.#options.pool.inSchema(statement)
    const query = { text, values: [...values], query_timeout: this.#options.deadlineMs }
    const { rows } = await client.query(query)
    return rows
  }
}
