import { type Clock, sleep } from '../clock.ts'
import type { PostgresAddress } from './postgres-address.ts'
import type {
  PooledClient,
  PostgresClient,
  PostgresClients,
  PostgresDriver,
  PostgresRow,
} from './postgres-driver.ts'
import {
  describePostgresTrouble,
  isConflict,
  isConnectionFailure,
  isServerAnswer,
  PoolExhausted,
  type PostgresFields,
  type TroubleContext,
} from './postgres-trouble.ts'

interface PostgresPoolOptions {
  readonly address: PostgresAddress
  readonly schema: string
  readonly maxConnections: number
  /** How long an operation may take, connecting and asking again included. */
  readonly deadlineMs: number
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  /** For messages. */
  readonly fields: PostgresFields
}

/** Asks a statement, in which `fairlead.` stands for the schema, within a transaction. */
export type AskPostgres = (
  statement: string,
  values?: readonly unknown[],
) => Promise<readonly PostgresRow[]>

/** How long one statement of a transaction may take. */
const transactionStepMs = 60_000
/** Before each further attempt. */
const retryDelaysMs = [20, 100, 400]

/**
 * Connections to one server. A statement is one round trip and no session keeps any state, so that a
 * pooler in transaction mode may stand in between. What fails with its connection, or because others
 * were in the way, is asked again within the deadline: statements must bear that.
 */
export class PostgresPool {
  readonly #options: PostgresPoolOptions
  readonly #driver: PostgresDriver
  readonly #trouble: TroubleContext
  #pool: PostgresClients
  #isPlain = false
  /** Whether the last that was asked found no server: then nothing is asked again. */
  #isDown = false
  #isClosed = false

  constructor(driver: PostgresDriver, options: PostgresPoolOptions) {
    this.#driver = driver
    this.#options = options
    const { address, schema, maxConnections, deadlineMs, fields } = options
    this.#trouble = { ...address, schema, maxConnections, deadlineMs, fields }
    this.#pool = this.#newPool()
  }

  /**
   * The rows of a statement, in which `fairlead.` stands for the schema. Rejects within the deadline,
   * with a message for whoever looks after the server.
   */
  async ask(statement: string, values: readonly unknown[] = []): Promise<readonly PostgresRow[]> {
    return this.#within(async (remainingMs) => {
      const client = await this.#connected()
      return this.#release(client, () => this.#asking(client, remainingMs)(statement, values))
    })
  }

  /**
   * What several statements read of one moment, within the deadline as a whole. The settings, such as
   * `enable_seqscan = off`, hold for them alone. They are asked again as one.
   */
  async reading<T>(
    work: (ask: AskPostgres) => Promise<T>,
    settings: readonly string[] = [],
  ): Promise<T> {
    return this.#within(async (remainingMs) => {
      const client = await this.#connected()
      return this.#release(client, () => {
        const timeout = `statement_timeout = ${Math.max(1, Math.ceil(remainingMs()))}`
        const local = [timeout, ...settings].map((setting) => `SET LOCAL ${setting}`)
        const begin = ['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', ...local].join('; ')
        return inTransaction(this.#asking(client, remainingMs), begin, work)
      })
    })
  }

  /** A transaction of several statements, which is not asked again. */
  async transaction<T>(work: (ask: AskPostgres) => Promise<T>): Promise<T> {
    const client = await this.#connected().catch((error: unknown) => {
      throw describePostgresTrouble(error, this.#trouble)
    })
    const ask = this.#asking(client, () => transactionStepMs)
    return this.#release(client, () => inTransaction(ask, 'BEGIN', work)).catch(
      (error: unknown) => {
        throw describePostgresTrouble(error, this.#trouble)
      },
    )
  }

  #asking(client: PooledClient, remainingMs: () => number): AskPostgres {
    return async (statement, values) => {
      const query = {
        text: this.inSchema(statement),
        // Several statements at once can have no values.
        ...(values === undefined ? {} : { values: [...values] }),
        query_timeout: Math.max(1, remainingMs()),
      }
      const { rows } = await client.query(query)
      return rows
    }
  }

  /** A connection of its own, which whoever asks for it ends. */
  async ownConnection(): Promise<PostgresClient> {
    const connect = async () => {
      const client = new this.#driver.Client(this.#settings())
      client.on('error', () => {})
      await client.connect()
      return client
    }
    return this.#orPlain(connect)
  }

  inSchema(statement: string): string {
    return statement.replaceAll('fairlead.', `"${this.#options.schema}".`)
  }

  described(error: unknown): Error {
    return describePostgresTrouble(error, this.#trouble)
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#pool.end()
  }

  async #within<T>(work: (remainingMs: () => number) => Promise<T>): Promise<T> {
    const { clock, deadlineMs } = this.#options
    const untilMs = clock.monotonicMs() + deadlineMs
    const remainingMs = () => untilMs - clock.monotonicMs()
    for (let attempt = 0; ; attempt++) {
      try {
        const result = await work(remainingMs)
        this.#isDown = false
        return result
      } catch (error) {
        const delayMs = retryDelaysMs[attempt] ?? Infinity
        const isLost = isConnectionFailure(error)
        const mayBeAsked = isConflict(error) || (isLost && !this.#isDown)
        if (this.#isClosed || !mayBeAsked || delayMs >= remainingMs()) {
          this.#isDown = isLost
          throw describePostgresTrouble(error, this.#trouble)
        }
        await sleep(clock, delayMs)
      }
    }
  }

  async #connected(): Promise<PooledClient> {
    if (this.#isClosed) throw new Error('the store is closed')
    return this.#orPlain(async () => {
      try {
        return await this.#pool.connect()
      } catch (error) {
        const isQueued = error instanceof Error && error.message.startsWith('timeout exceeded')
        throw isQueued ? new PoolExhausted('no connection became free', { cause: error }) : error
      }
    })
  }

  async #release<T>(client: PooledClient, work: () => Promise<T>): Promise<T> {
    let failure: unknown
    const onError = (error: Error) => (failure = error)
    client.on('error', onError)
    try {
      return await work()
    } catch (error) {
      if (!isServerAnswer(error)) failure = error
      throw error
    } finally {
      client.off('error', onError)
      client.release(failure !== undefined)
    }
  }

  /** With `sslmode=prefer`, a server without TLS is spoken to without. */
  async #orPlain<T>(connect: () => Promise<T>): Promise<T> {
    try {
      return await connect()
    } catch (error) {
      const hasNoTls =
        error instanceof Error && error.message.includes('does not support SSL connections')
      if (!hasNoTls || this.#isPlain || !this.#options.address.mayBePlain) throw error
      this.#isPlain = true
      const before = this.#pool
      this.#pool = this.#newPool()
      void before.end()
      return connect()
    }
  }

  #newPool(): PostgresClients {
    const { maxConnections } = this.#options
    const pool = new this.#driver.Pool({
      ...this.#settings(),
      max: maxConnections,
      idleTimeoutMillis: 60_000,
      // So that connections spread again over the servers behind one name.
      maxLifetimeSeconds: 3600,
    })
    // Of connections that nothing uses: the next that is asked makes another.
    pool.on('error', () => {})
    // The server may end a connection in the same breath in which it greets it, when nobody listens yet.
    pool.on('connect', (client) => void client.on('error', () => {}))
    return pool
  }

  #settings() {
    const { address, deadlineMs } = this.#options
    const { host, port, user, password, database, ssl } = address
    return {
      host,
      port,
      user,
      password,
      database,
      ssl: this.#isPlain ? false : (ssl ?? false),
      connectionTimeoutMillis: deadlineMs,
      keepAlive: true,
      application_name: 'fairlead',
    }
  }
}

async function inTransaction<T>(
  ask: AskPostgres,
  begin: string,
  work: (ask: AskPostgres) => Promise<T>,
): Promise<T> {
  await ask(begin)
  try {
    const result = await work(ask)
    await ask('COMMIT')
    return result
  } catch (error) {
    await ask('ROLLBACK').catch(() => {})
    throw error
  }
}
