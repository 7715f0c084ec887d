import type { SubjectRemoval } from '../turn-queries.ts'
import { subjectBatch } from '../turn-queries.ts'
import { subjectOwner } from '../record-store.ts'
import { expireBatch, type RemoveOutcome } from '../turn-store.ts'
import type { ConversationRow, SqliteConversations } from './sqlite-conversations.ts'
import type { SqliteRecords } from './sqlite-records.ts'
import type { SqliteResponses } from './sqlite-responses.ts'
import type { SqliteTransactions } from './sqlite-transactions.ts'
import type { Statements } from './statements.ts'

/** How many turns, records or responses are deleted before others have their turn. */
const turnsPerStep = 200

interface SqliteRemovalOptions {
  readonly sql: Statements
  readonly transactions: SqliteTransactions
  readonly conversations: SqliteConversations
  readonly responses: SqliteResponses
  readonly records: SqliteRecords
}

/**
 * Deletes conversations with all that belongs to them. A long one is deleted in steps, between which
 * others are served; nobody sees it from the first step on, and a step that a crash left out is done
 * when something is deleted next.
 */
export class SqliteRemoval {
  readonly #sql: Statements
  readonly #transactions: SqliteTransactions
  readonly #conversations: SqliteConversations
  readonly #responses: SqliteResponses
  readonly #records: SqliteRecords

  constructor({ sql, transactions, conversations, responses, records }: SqliteRemovalOptions) {
    this.#sql = sql
    this.#transactions = transactions
    this.#conversations = conversations
    this.#responses = responses
    this.#records = records
  }

  async remove(tenant: string, id: string): Promise<RemoveOutcome> {
    const row = this.#conversations.find(tenant, id)
    if (row === undefined || this.#conversations.isOver(row)) return 'missing'
    if (row.held) return 'held'
    this.#sql.markRemoved.run(row.number)
    await this.#delete([row.number])
    return 'removed'
  }

  async removeSubject(tenant: string, subject: string): Promise<SubjectRemoval> {
    const held = Number(this.#sql.countHeld.get(tenant, subject)?.['held'])
    const rows = this.#sql.ofSubject
      .all(tenant, subject, subjectBatch + 1)
      .map((row) => this.#conversations.read(row))
    const chosen = rows.slice(0, subjectBatch)
    const more = rows.length > chosen.length
    let turns = 0
    let plans = 0
    let records = 0
    let responses = 0
    this.#transactions.run(() => {
      for (const { number, id } of chosen) {
        turns += Number(this.#sql.countTurns.get(number)?.['turns'])
        plans += Number(this.#sql.countPlans.get(number)?.['plans'])
        responses += this.#responses.removeOf(tenant, id)
        this.#sql.markRemoved.run(number)
      }
      if (!more) records = this.#records.removeOf(tenant, subjectOwner(subject))
    })
    await this.#delete(chosen.map(({ number }) => number))
    if (records > 0 && chosen.length === 0) await this.#transactions.wipeLog()
    return { conversations: chosen.length, turns, plans, responses, held, more }
  }

  async expire(nowMs: number): Promise<number> {
    const { touchedUntilMs } = this.#conversations
    const rows = [
      ...(touchedUntilMs === undefined
        ? []
        : this.#sql.expiredByAge.all(touchedUntilMs, expireBatch)),
      ...this.#sql.expiredByTime.all(nowMs, expireBatch),
    ].slice(0, expireBatch)
    const numbers = rows.map((row) => Number(row['number']))
    this.#transactions.run(() => {
      for (const number of numbers) this.#sql.markRemoved.run(number)
    })
    await this.#delete([...this.#leftOver(), ...numbers])
    return numbers.length
  }

  /** Deletes at once what is left of a conversation that nobody may see: another takes its id. */
  deleteNow({ number, tenant, id }: ConversationRow): void {
    this.#responses.removeOf(tenant, id)
    this.#sql.removeConversation.run(number)
  }

  #leftOver(): readonly number[] {
    return this.#sql.removed.all(expireBatch).map((row) => Number(row['number']))
  }

  async #delete(numbers: readonly number[]): Promise<void> {
    if (numbers.length === 0) return
    for (const number of new Set(numbers)) {
      while (this.#deleteStep(number)) await othersFirst()
    }
    await this.#transactions.wipeLog()
  }

  /** Whether something is left. */
  #deleteStep(number: number): boolean {
    return this.#transactions.run(() => {
      if (this.#records.removeStep(number, turnsPerStep)) return true
      if (this.#removeResponses(number)) return true
      const end = this.#sql.removalEnd.get(number, turnsPerStep)?.['seq']
      if (typeof end !== 'number') {
        this.#sql.removeConversation.run(number)
        return false
      }
      this.#sql.removeTexts.run(number, end)
      this.#sql.removeOutlines.run(number, end)
      this.#sql.removeTurns.run(number, end)
      return true
    })
  }

  /** Deletes some responses of a conversation. Whether there may be more. */
  #removeResponses(number: number): boolean {
    const named = this.#sql.conversationName.get(number)
    if (named === undefined) return false
    const { tenant, id } = named
    return this.#responses.removeOf(String(tenant), String(id), turnsPerStep) === turnsPerStep
  }
}

function othersFirst(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
