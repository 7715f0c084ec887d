import type { DatabaseSync } from 'node:sqlite'
import { type Clock, numberOrUndefined, parseJson } from '@fairlead/base'
import type { ContextPlan } from '../../plan/context-plan.ts'
import type { Conversation } from '../../turns/conversation.ts'
import type { Turn } from '../../turns/turn.ts'
import type { ContextStore } from '../context-store.ts'
import { defaultResponseTtlMs, type ResponseBounds } from '../response-store.ts'
import {
  expireBatch,
  plansPerConversation,
  type AppendOutcome,
  type ConversationChange,
  type FinishOutcome,
  type PartialOutput,
  type StoredConversation,
} from '../turn-store.ts'
import { openDatabase, type SqliteDurability } from './open-database.ts'
import { SqliteResponses } from './sqlite-responses.ts'
import { SqliteTransactions } from './sqlite-transactions.ts'
import { prepareStatements, type Statements } from './statements.ts'

export interface SqliteStoreOptions {
  /** The file; it and its folder are created when missing. */
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  /** What is untouched for longer is deleted; undefined keeps conversations, and responses 30 days. */
  readonly ttlMs: number | undefined
  /** NORMAL when left out. */
  readonly durability?: SqliteDurability
  /** 100,000 responses and 4 GiB when left out. */
  readonly responseBounds?: ResponseBounds
}

const defaultResponseBounds: ResponseBounds = {
  responsesMax: 100_000,
  bytesMax: 4 * 1024 ** 3,
}

/**
 * Conversations in a local file, for one process at a time. Throws when the file cannot be opened.
 * Every call runs synchronously; it returns a promise because the contract does.
 */
export function createSqliteStore(options: SqliteStoreOptions): ContextStore {
  return new SqliteStore(options)
}

class SqliteStore implements ContextStore {
  readonly type = 'SQLite'
  readonly responses: SqliteResponses
  readonly #database: DatabaseSync
  readonly #sql: Statements
  readonly #transactions: SqliteTransactions
  readonly #clock: Pick<Clock, 'now'>
  readonly #ttlMs: number | undefined

  constructor(options: SqliteStoreOptions) {
    const { path, clock, ttlMs, durability = 'NORMAL' } = options
    const database = openDatabase(path, durability)
    const transactions = new SqliteTransactions(database)
    this.#database = database
    this.#transactions = transactions
    this.#sql = prepareStatements(database)
    this.#clock = clock
    this.#ttlMs = ttlMs
    this.responses = new SqliteResponses({
      database,
      transactions,
      clock,
      ttlMs: ttlMs ?? defaultResponseTtlMs,
      bounds: options.responseBounds ?? defaultResponseBounds,
    })
  }

  async load(tenant: string, id: string): Promise<StoredConversation | undefined> {
    const row = this.#live(tenant, id)
    if (row === undefined) return undefined
    const turns = this.#sql.turns.all(tenant, id).map(readTurn)
    return { conversation: parse<Conversation>(row['body']), turns }
  }

  async append(change: ConversationChange): Promise<AppendOutcome> {
    return this.#transactions.run(() => this.#append(change))
  }

  async flush(outputs: readonly PartialOutput[]): Promise<void> {
    this.#transactions.run(() => {
      for (const { tenant, conversation, turn, output } of outputs) {
        this.#sql.flush.run(JSON.stringify(output), tenant, conversation, turn)
      }
    })
  }

  async finish(tenant: string, turn: Turn): Promise<FinishOutcome> {
    return this.#transactions.run(() => {
      const { conversation, id } = turn
      const stored = this.#sql.turnStatus.get(tenant, conversation, id)
      if (stored === undefined) return 'missing'
      if (stored['status'] !== 'in_progress') return 'ended'
      const [body, output] = turnColumns(turn)
      this.#sql.endTurn.run(turn.status, body, output, tenant, conversation, id)
      this.#sql.touch.run(this.#clock.now(), tenant, conversation)
      return 'stored'
    })
  }

  async remove(tenant: string, id: string): Promise<boolean> {
    if (this.#live(tenant, id) === undefined) return false
    this.#sql.remove.run(tenant, id)
    this.#transactions.wipeLog()
    return true
  }

  async plan(tenant: string, planId: string): Promise<ContextPlan | undefined> {
    const row = this.#sql.plan.get(tenant, planId)
    if (row === undefined) return undefined
    const live = this.#live(tenant, String(row['conversation']))
    return live && parse<ContextPlan>(row['body'])
  }

  async recover(completedAt: number): Promise<number> {
    return Number(this.#sql.recover.run(completedAt).changes)
  }

  async expire(): Promise<number> {
    if (this.#ttlMs === undefined) return 0
    const untilMs = this.#clock.now() - this.#ttlMs
    const expired = Number(this.#sql.expire.run(untilMs, expireBatch).changes)
    if (expired > 0) this.#transactions.wipeLog()
    return expired
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close()
  }

  #append({ conversation, turns, plan, expectedRevision }: ConversationChange): AppendOutcome {
    const { id } = conversation
    const { tenant, revision } = conversation.ccp
    const row = this.#live(tenant, id)
    if (row === undefined && expectedRevision !== null) return 'missing'
    if ((row?.['revision'] ?? null) !== expectedRevision) return 'conflict'
    if (turns.length > 0 && row?.['running'] === 1) return 'locked'
    const body = JSON.stringify(conversation)
    const nowMs = this.#clock.now()
    if (row === undefined) this.#sql.insertConversation.run(tenant, id, revision, nowMs, body)
    else this.#sql.updateConversation.run(revision, nowMs, body, tenant, id)
    for (const turn of turns) {
      this.#sql.insertTurn.run(tenant, id, turn.seq, turn.id, turn.status, ...turnColumns(turn))
    }
    if (plan !== undefined) {
      this.#sql.insertPlan.run(tenant, id, plan.id, JSON.stringify(plan))
      this.#sql.prunePlans.run(tenant, id, plansPerConversation)
    }
    return 'stored'
  }

  /** The row of a conversation; an expired one is deleted and not found. */
  #live(tenant: string, id: string): Record<string, unknown> | undefined {
    const row = this.#sql.conversation.get(tenant, id)
    if (row === undefined || this.#ttlMs === undefined || row['running'] === 1) return row
    if (this.#clock.now() - Number(row['touched_ms']) < this.#ttlMs) return row
    this.#sql.remove.run(tenant, id)
    return undefined
  }
}

/** The output has a column of its own, because partial answers are written often. */
function turnColumns({ output, status: _status, ...body }: Turn): [body: string, output: string] {
  return [JSON.stringify(body), JSON.stringify(output)]
}

function readTurn(row: Record<string, unknown>): Turn {
  const body = parse<Omit<Turn, 'status' | 'output'>>(row['body'])
  return {
    ...body,
    // SQLite writes the time of a recovery with a decimal point.
    completed_at: numberOrUndefined(body.completed_at) ?? null,
    status: parseStatus(row['status']),
    output: parse<Turn['output']>(row['output']),
  }
}

/** Unchecked, because this store wrote the text from a value of the same type. */
function parse<T>(text: unknown): T {
  return parseJson(String(text)) as T
}

function parseStatus(status: unknown): Turn['status'] {
  switch (status) {
    case 'in_progress':
    case 'completed':
    case 'incomplete':
    case 'failed':
    case 'cancelled':
      return status
    default:
      throw new Error(
        `the conversation file has a turn with the unknown status "${String(status)}": start the program version that wrote it`,
      )
  }
}
