import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@fairlead/base'
import type { ContextPlan } from '../../plan/context-plan.ts'
import { headOf } from '../../turns/branch-name.ts'
import type { Conversation } from '../../turns/conversation.ts'
import { instructingBefore } from '../../turns/current-instructions.ts'
import type { Turn } from '../../turns/turn.ts'
import { withEpoch } from '../../turns/with-epoch.ts'
import type { TurnOutline } from '../../turns/turn-outline.ts'
import type { AnswerBounds } from '../answer-store.ts'
import type { ContextStore } from '../context-store.ts'
import type { LocalErasures } from '../local-erasures.ts'
import { defaultResponseTtlMs, type ResponseBounds } from '../response-store.ts'
import type { SubjectErasures } from '../subject-erasures.ts'
import type {
  BasisQuery,
  ConversationBasis,
  ConversationPage,
  ConversationQuery,
  IdentifiedItem,
  PathQuery,
  StorePage,
  StorePageQuery,
  SubjectRemoval,
  TurnPageQuery,
} from '../turn-queries.ts'
import {
  plansPerConversation,
  type AppendOutcome,
  type ConversationChange,
  type FinishOutcome,
  type PartialOutput,
  type RemoveOutcome,
  type TurnEndChange,
} from '../turn-store.ts'
import { openDatabase, type SqliteDurability } from './open-database.ts'
import { SqliteAnswers } from './sqlite-answers.ts'
import { SqliteConversations } from './sqlite-conversations.ts'
import { SqliteFactors } from './sqlite-factors.ts'
import { SqliteLog } from './sqlite-log.ts'
import { SqliteRecords } from './sqlite-records.ts'
import { SqliteRemoval } from './sqlite-removal.ts'
import { SqliteResponses } from './sqlite-responses.ts'
import { parseStored } from '../parse-stored.ts'
import { SqliteTransactions } from './sqlite-transactions.ts'
import { prepareStatements, type Statements } from './statements.ts'

export interface SqliteSessionOptions {
  readonly path: string
  readonly clock: Pick<Clock, 'now'>
  readonly ttlMs: number | undefined
  readonly durability: SqliteDurability
  readonly responseBounds: ResponseBounds
  readonly answerBounds: AnswerBounds
  readonly recordBytesMax: number
  /** Those of whatever file was open at the path before, too. */
  readonly erasures: LocalErasures
}

/** A disk without so much space counts as full. */
const probeBytes = 256 * 1024

/**
 * An open file of conversations. Throws when it cannot be opened. Every step runs synchronously; it
 * returns a promise because the contract does.
 */
export class SqliteSession implements Omit<ContextStore, 'type' | 'configure' | 'close'> {
  readonly responses: SqliteResponses
  readonly factors: SqliteFactors
  readonly answers: SqliteAnswers
  readonly records: SqliteRecords
  readonly #database: DatabaseSync
  readonly #sql: Statements
  readonly #transactions: SqliteTransactions
  readonly #clock: Pick<Clock, 'now'>
  readonly #conversations: SqliteConversations
  readonly #log: SqliteLog
  readonly #removal: SqliteRemoval
  readonly #erasures: LocalErasures

  constructor(options: SqliteSessionOptions) {
    const { path, clock, ttlMs, durability, responseBounds, answerBounds: bounds } = options
    const database = openDatabase(path, durability)
    const transactions = new SqliteTransactions(database)
    const sql = prepareStatements(database)
    this.#database = database
    this.#transactions = transactions
    this.#sql = sql
    this.#clock = clock
    const { erasures } = options
    this.#erasures = erasures
    this.factors = new SqliteFactors(database, transactions)
    this.answers = new SqliteAnswers({ database, transactions, clock, bounds })
    const conversations = new SqliteConversations({ sql, clock, ttlMs })
    this.#conversations = conversations
    this.responses = new SqliteResponses({
      database,
      transactions,
      conversations,
      clock,
      ttlMs: ttlMs ?? defaultResponseTtlMs,
      bounds: responseBounds,
    })
    const { responses } = this
    this.records = new SqliteRecords({
      database,
      transactions,
      conversations,
      erasures,
      clock,
      bytesMax: options.recordBytesMax,
    })
    const { records } = this
    this.#log = new SqliteLog(sql)
    this.#removal = new SqliteRemoval({ sql, transactions, conversations, responses, records })
  }

  async conversation(tenant: string, id: string): Promise<Conversation | undefined> {
    const row = this.#conversations.live(tenant, id)
    return row && this.#conversations.body(row.number)
  }

  async basis(
    tenant: string,
    id: string,
    { pathMax, key, digest, branch }: BasisQuery,
  ): Promise<ConversationBasis | undefined> {
    const row = this.#conversations.live(tenant, id)
    if (row === undefined) return undefined
    const { number, running } = row
    const conversation = this.#conversations.body(number)
    const { branch: selected, pinned } = conversation.ccp
    const head = headOf(conversation, branch ?? selected) ?? null
    const log = this.#log
    const path = head === null ? [] : log.path(number, head, pathMax)
    const instructing = instructingBefore(path)
    return {
      conversation,
      running: running ? log.running(number) : undefined,
      path,
      instructing: instructing === undefined ? undefined : log.turn(number, instructing),
      pinned: head === null ? [] : log.earlierOnPath(number, pinned, head, pathMax),
      keyed: key === undefined ? undefined : log.keyed(number, key),
      repeated: digest === undefined ? undefined : log.repeated(number, digest),
    }
  }

  async path(tenant: string, id: string, { to, max }: PathQuery): Promise<readonly Turn[]> {
    const row = this.#conversations.live(tenant, id)
    return row === undefined ? [] : this.#log.path(row.number, to, max)
  }

  async turn(tenant: string, id: string, turnId: string): Promise<Turn | undefined> {
    const row = this.#conversations.live(tenant, id)
    return row && this.#log.turn(row.number, turnId)
  }

  async outline(tenant: string, id: string, afterSeq: number): Promise<readonly TurnOutline[]> {
    const row = this.#conversations.live(tenant, id)
    if (row === undefined) return []
    return this.#transactions.run(() => this.#log.outline(row.number, afterSeq))
  }

  async turnPage(tenant: string, id: string, query: TurnPageQuery): Promise<StorePage<Turn>> {
    const row = this.#conversations.live(tenant, id)
    return row === undefined ? { outcome: 'missing' } : this.#log.turnPage(row.number, query)
  }

  async itemPage(
    tenant: string,
    id: string,
    query: StorePageQuery,
  ): Promise<StorePage<IdentifiedItem>> {
    const row = this.#conversations.live(tenant, id)
    if (row === undefined) return { outcome: 'missing' }
    const { head } = this.#conversations.body(row.number).ccp
    return this.#log.itemPage(row.number, head, query)
  }

  async item(tenant: string, id: string, itemId: string): Promise<IdentifiedItem | undefined> {
    const row = this.#conversations.live(tenant, id)
    if (row === undefined) return undefined
    const { head } = this.#conversations.body(row.number).ccp
    return this.#log.item(row.number, head, itemId)
  }

  async turnsOfItem(tenant: string, id: string, itemId: string): Promise<readonly Turn[]> {
    const row = this.#conversations.live(tenant, id)
    return row === undefined ? [] : this.#log.turnsOfItem(row.number, itemId)
  }

  async append(change: ConversationChange): Promise<AppendOutcome> {
    const outcome = this.#transactions.run(() => this.#append(change))
    // What a turn in its new form has no more is deleted.
    const isDeleting = outcome === 'stored' && (change.rewritten ?? []).length > 0
    if (isDeleting) await this.#transactions.wipeLog()
    return outcome
  }

  async flush(outputs: readonly PartialOutput[]): Promise<void> {
    this.#transactions.run(() => {
      for (const { tenant, conversation, turn, output } of outputs) {
        const row = this.#conversations.find(tenant, conversation)
        if (row !== undefined) this.#log.flush(row.number, turn, output)
      }
    })
  }

  async finish(tenant: string, { turn, epoch, plan }: TurnEndChange): Promise<FinishOutcome> {
    return this.#transactions.run(() => {
      const row = this.#conversations.find(tenant, turn.conversation)
      const stored = row?.removed === false ? this.#log.stateOf(row.number, turn.id) : undefined
      if (row === undefined || stored === undefined) return 'missing'
      if (stored.status !== 'in_progress') return 'ended'
      this.#log.end(row.number, stored.seq, turn)
      const before = epoch && this.#conversations.body(row.number)
      const isItsOwn = epoch !== undefined && before?.ccp.head === turn.id
      this.#conversations.touch(row.number, isItsOwn ? withEpoch(before, epoch) : undefined)
      if (plan !== undefined) this.#replacePlan(tenant, plan)
      return 'stored'
    })
  }

  async replacePlan(tenant: string, plan: ContextPlan): Promise<boolean> {
    return this.#replacePlan(tenant, plan)
  }

  async remove(tenant: string, id: string): Promise<RemoveOutcome> {
    return this.#removal.remove(tenant, id)
  }

  async plan(tenant: string, planId: string): Promise<ContextPlan | undefined> {
    const row = this.#sql.plan.get(tenant, planId)
    if (row === undefined) return undefined
    const live = this.#conversations.live(tenant, String(row['id']))
    return live && parseStored<ContextPlan>(row['body'])
  }

  async list(tenant: string, query: ConversationQuery): Promise<ConversationPage> {
    return this.#conversations.list(tenant, query)
  }

  async tenants(): Promise<readonly string[]> {
    return this.#conversations.tenants()
  }

  async erasures(tenant: string, subject: string): Promise<SubjectErasures> {
    return this.#erasures.of(tenant, subject)
  }

  async removeSubject(tenant: string, subject: string): Promise<SubjectRemoval> {
    this.#erasures.note(tenant, subject)
    return this.#removal.removeSubject(tenant, subject)
  }

  async recover(completedAt: number): Promise<number> {
    return this.#transactions.run(() => this.#log.recover(completedAt))
  }

  async expire(): Promise<number> {
    return this.#removal.expire(this.#clock.now())
  }

  async check(): Promise<void> {
    this.#transactions.run(() => this.#sql.insertProbe.run(probeBytes))
    this.#transactions.run(() => this.#sql.deleteProbe.run())
  }

  configure(ttlMs: number | undefined): void {
    this.#conversations.configure(ttlMs)
    this.responses.configure(ttlMs ?? defaultResponseTtlMs)
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #append(change: ConversationChange): AppendOutcome {
    const { conversation, keepsEpoch, turns, rewritten = [], plan, expectedRevision } = change
    const { tenant, subject } = conversation.ccp
    if (this.#erasures.isErasedSince(tenant, subject, change.erasures)) return 'erased'
    const found = this.#conversations.find(tenant, conversation.id)
    const row = found && !this.#conversations.isOver(found) ? found : undefined
    if (row === undefined && expectedRevision !== null) return 'missing'
    if ((row?.revision ?? null) !== expectedRevision) return 'conflict'
    if (turns.length > 0 && row?.running === true) return 'locked'
    if (row !== found && found !== undefined) this.#removal.deleteNow(found)
    if (row !== undefined) {
      const kept = keepsEpoch === true ? this.#conversations.body(row.number).ccp.epoch : undefined
      const changed = kept === undefined ? conversation : withEpoch(conversation, kept)
      this.#conversations.update(row.number, changed)
    }
    const number = row?.number ?? this.#conversations.insert(conversation)
    for (const turn of turns) this.#log.add(number, turn)
    for (const turn of rewritten) this.#log.replace(number, turn)
    if (plan !== undefined) {
      this.#sql.insertPlan.run(number, tenant, plan.id, JSON.stringify(plan))
      this.#sql.prunePlans.run(number, plansPerConversation)
    }
    return 'stored'
  }

  #replacePlan(tenant: string, plan: ContextPlan): boolean {
    return this.#sql.updatePlan.run(JSON.stringify(plan), tenant, plan.id).changes > 0
  }
}
