import type { Clock } from '@fairlead/base'
import type { Conversation } from '../../turns/conversation.ts'
import { listScanMax, type ConversationPage, type ConversationQuery } from '../turn-queries.ts'
import { parseStored } from '../parse-stored.ts'
import { type Row } from './sqlite-rows.ts'
import type { Statements } from './statements.ts'

/** A conversation's row without its body. */
export interface ConversationRow {
  readonly number: number
  readonly tenant: string
  readonly id: string
  readonly revision: number
  readonly running: boolean
  readonly held: boolean
  readonly removed: boolean
  /** Unix milliseconds; infinite for one that does not expire. */
  readonly expiresMs: number
}

interface SqliteConversationsOptions {
  readonly sql: Statements
  readonly clock: Pick<Clock, 'now'>
  readonly ttlMs: number | undefined
}

/** The conversations of a SQLite store, without their turns. */
export class SqliteConversations {
  readonly #sql: Statements
  readonly #clock: Pick<Clock, 'now'>
  #ttlMs: number | undefined

  constructor({ sql, clock, ttlMs }: SqliteConversationsOptions) {
    this.#sql = sql
    this.#clock = clock
    this.#ttlMs = ttlMs
  }

  configure(ttlMs: number | undefined): void {
    this.#ttlMs = ttlMs
  }

  /** Undefined where conversations do not expire with age. */
  get touchedUntilMs(): number | undefined {
    return this.#ttlMs === undefined ? undefined : this.#clock.now() - this.#ttlMs
  }

  /** A conversation; one that has expired, or is being removed, is not found. */
  live(tenant: string, id: string): ConversationRow | undefined {
    const row = this.find(tenant, id)
    return row === undefined || this.isOver(row) ? undefined : row
  }

  find(tenant: string, id: string): ConversationRow | undefined {
    const row = this.#sql.conversation.get(tenant, id)
    return row && this.read(row)
  }

  /** Whether nobody may see it any more. */
  isOver({ removed, running, held, expiresMs }: ConversationRow): boolean {
    return removed || (!running && !held && this.#clock.now() >= expiresMs)
  }

  body(number: number): Conversation {
    return parseStored<Conversation>(this.#sql.conversationBody.get(number)?.['body'])
  }

  insert(conversation: Conversation): number {
    const { id, ccp } = conversation
    const [revision, ...columns] = this.#columns(conversation)
    const { lastInsertRowid } = this.#sql.insertConversation.run(
      ccp.tenant,
      id,
      revision,
      ...columns,
    )
    return Number(lastInsertRowid)
  }

  update(number: number, conversation: Conversation): void {
    this.#sql.updateConversation.run(...this.#columns(conversation), number)
  }

  /** `changed` replaces the body and nothing that has a column of its own. */
  touch(number: number, changed: Conversation | undefined): void {
    const body = changed === undefined ? null : JSON.stringify(changed)
    this.#sql.touch.run(this.#clock.now(), body, number)
  }

  list(tenant: string, query: ConversationQuery): ConversationPage {
    const { limit, after, subject, metadata = {} } = query
    const start = after === undefined ? undefined : this.live(tenant, after)
    if (after !== undefined && start === undefined) return { outcome: 'unknown-after' }
    const wanted = Object.entries(metadata)
    const conversations: Conversation[] = []
    let looked = 0
    let last: string | null = null
    for (const row of this.#rows(tenant, subject, query.order, start?.number)) {
      if (conversations.length === limit || looked === listScanMax) {
        return { outcome: 'found', conversations, next: last }
      }
      looked++
      const conversation = this.read(row)
      last = conversation.id
      if (this.isOver(conversation)) continue
      const has = wanted.length === 0 ? {} : parseStored<Record<string, string>>(row['metadata'])
      if (!wanted.every(([name, value]) => has[name] === value)) continue
      conversations.push(this.body(conversation.number))
    }
    return { outcome: 'found', conversations, next: null }
  }

  tenants(): readonly string[] {
    return this.#sql.tenants.all().map((row) => String(row['tenant']))
  }

  read(row: Row): ConversationRow {
    const expires = row['expires_ms']
    const touchedMs = Number(row['touched_ms'])
    return {
      number: Number(row['number']),
      tenant: String(row['tenant']),
      id: String(row['id']),
      revision: Number(row['revision']),
      running: row['running'] === 1,
      held: row['legal_hold'] === 1,
      removed: row['removed'] === 1,
      expiresMs:
        expires === null ? touchedMs + (this.#ttlMs ?? Number.POSITIVE_INFINITY) : Number(expires),
    }
  }

  #rows(
    tenant: string,
    subject: string | undefined,
    order: ConversationQuery['order'],
    start: number | undefined,
  ): Iterable<Row> {
    const sql = this.#sql
    const limit = listScanMax + 1
    const from = start ?? (order === 'asc' ? 0 : Number.MAX_SAFE_INTEGER)
    if (subject === undefined) {
      const list = order === 'asc' ? sql.listAscending : sql.listDescending
      return list.iterate(tenant, from, limit)
    }
    const list = order === 'asc' ? sql.listSubjectAscending : sql.listSubjectDescending
    return list.iterate(tenant, subject, from, limit)
  }

  #columns(conversation: Conversation) {
    const { metadata, ccp } = conversation
    const { expires_at, legal_hold } = ccp.retention
    return [
      ccp.revision,
      this.#clock.now(),
      expires_at === null ? null : expires_at * 1000,
      Number(legal_hold),
      ccp.subject,
      JSON.stringify(metadata),
      JSON.stringify(conversation),
    ] as const
  }
}
