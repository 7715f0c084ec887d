import {
  silentLogger,
  type Clock,
  type Logger,
  migratePostgres,
  postgresAddress,
  PostgresPool,
} from '@fairlead/base'
import type { AnswerBounds } from '../answer-store.ts'
import type { ContextStore } from '../context-store.ts'
import type { ResponseBounds } from '../response-store.ts'
import type { StoreMembers } from '../store-members.ts'
import { migrations, oldestServed } from './migrations.ts'
import { PostgresAnswers } from './postgres-answers.ts'
import { PostgresChanges } from './postgres-changes.ts'
import { PostgresFactors } from './postgres-factors.ts'
import { PostgresLog } from './postgres-log.ts'
import { PostgresMembers } from './postgres-members.ts'
import { PostgresRecords } from './postgres-records.ts'
import { PostgresResponses } from './postgres-responses.ts'

export interface PostgresStoreOptions {
  /** As `postgresAddress` reads it. Holds a secret. */
  readonly url: string
  /** Certificates, as PEM, of the authorities that are trusted; those of Node.js when left out. */
  readonly ca?: string | undefined
  /** Where the tables are; lower-case letters, digits and `_`. `fairlead` when left out. */
  readonly schema?: string | undefined
  /** At least 2, of which one listens. 10 when left out. */
  readonly maxConnections?: number | undefined
  /** How long an operation may take, connecting included. 2000 when left out. */
  readonly deadlineMs?: number
  /** As of `StoreSettings`. */
  readonly member: string
  readonly clock: Clock
  /** What is untouched for longer is deleted; undefined keeps conversations, and responses 30 days. */
  readonly ttlMs: number | undefined
  /** `namespace/name` of the ConversationStore, for messages. Not named when left out. */
  readonly owner?: string
  readonly logger?: Logger
  /** 100,000 responses and 4 GiB when left out. */
  readonly responseBounds?: ResponseBounds
  /** 100,000 answers and 1 GiB when left out. */
  readonly answerBounds?: AnswerBounds
  /** Of all records; further ones are refused. 4 GiB when left out. */
  readonly recordBytesMax?: number
}

const defaultResponseBounds: ResponseBounds = { responsesMax: 100_000, bytesMax: 4 * 1024 ** 3 }
const defaultAnswerBounds: AnswerBounds = { answersMax: 100_000, bytesMax: 1024 ** 3 }
const defaultRecordBytesMax = 4 * 1024 ** 3

/** A disk without so much space counts as full. Text that does not shrink when it is compressed. */
const probe = Array.from({ length: 4096 }, (_, number) => Math.sin(number).toString(36)).join('')

/**
 * Conversations in PostgreSQL 14 or newer, for as many processes as open it. Rejects when the server
 * cannot be used, with a message that says what to do and holds no password.
 */
export async function createPostgresStore(
  options: PostgresStoreOptions,
): Promise<ContextStore & { readonly members: StoreMembers }> {
  const { owner } = options
  try {
    return await open(options)
  } catch (error) {
    if (owner === undefined || !(error instanceof Error)) throw error
    throw new Error(`ConversationStore ${owner}: ${error.message}`, { cause: error })
  }
}

async function open(options: PostgresStoreOptions) {
  const { member, clock, ttlMs, schema = 'fairlead', logger = silentLogger } = options
  const { maxConnections = 10, deadlineMs = 2000 } = options
  if (!/^[a-z_][a-z\d_]{0,62}$/.test(schema)) {
    throw new Error(`the schema "${schema}" must have lower-case letters, digits and "_" only`)
  }
  const address = postgresAddress(options.url, options.ca)
  const { default: driver } = await import('pg')
  const max = Math.max(1, maxConnections - 1)
  const pool = new PostgresPool(driver, {
    address,
    schema,
    maxConnections: max,
    deadlineMs,
    clock,
    fields: {
      maxConnections: 'spec.postgres.maxConnections',
      authorities: 'spec.postgres.tls.caSecretRef',
    },
  })
  const retention = { ttlMs }
  const parts = { pool, clock, member, retention }
  const members = new PostgresMembers({ pool, member, schema, deadlineMs, clock, logger })
  const log = new PostgresLog(parts)
  const changes = new PostgresChanges(parts)
  const close = async () => {
    await members.close()
    await pool.close()
  }
  try {
    await migratePostgres(pool, {
      schema,
      versionTable: 'schema_version',
      migrations,
      oldestServed,
    })
    await warnOfLoss(pool, logger)
    await members.start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    type: 'Postgres',
    members,
    responses: new PostgresResponses(parts, options.responseBounds ?? defaultResponseBounds),
    answers: new PostgresAnswers(parts, options.answerBounds ?? defaultAnswerBounds),
    records: new PostgresRecords(parts, options.recordBytesMax ?? defaultRecordBytesMax),
    factors: new PostgresFactors(pool),
    conversation: log.conversation.bind(log),
    basis: log.basis.bind(log),
    path: log.path.bind(log),
    turn: log.turn.bind(log),
    outline: log.outline.bind(log),
    turnPage: log.turnPage.bind(log),
    itemPage: log.itemPage.bind(log),
    item: log.item.bind(log),
    turnsOfItem: log.turnsOfItem.bind(log),
    plan: log.plan.bind(log),
    append: changes.append.bind(changes),
    flush: changes.flush.bind(changes),
    finish: changes.finish.bind(changes),
    replacePlan: changes.replacePlan.bind(changes),
    remove: changes.remove.bind(changes),
    list: changes.list.bind(changes),
    tenants: changes.tenants.bind(changes),
    erasures: changes.erasures.bind(changes),
    removeSubject: changes.removeSubject.bind(changes),
    recover: changes.recover.bind(changes),
    expire: changes.expire.bind(changes),
    async check() {
      await pool.ask('SELECT fairlead.probe_1($1)', [probe])
      members.check()
    },
    async configure(settings: { readonly ttlMs: number | null }) {
      retention.ttlMs = settings.ttlMs ?? undefined
    },
    close,
  }
}

/** A server may be set so that it loses what it has acknowledged. */
async function warnOfLoss(pool: PostgresPool, logger: Logger): Promise<void> {
  const settings = ['fsync', 'full_page_writes', 'synchronous_commit']
  const rows = await pool.ask(
    `SELECT name FROM pg_settings WHERE name = ANY ($1) AND setting = 'off'`,
    [settings],
  )
  for (const { name } of rows) {
    logger.warn(
      { setting: String(name) },
      'the PostgreSQL server loses what it has stored when it crashes: turn this setting on',
    )
  }
}
