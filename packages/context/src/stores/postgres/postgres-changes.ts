import { randomUUID } from 'node:crypto'
import type { ContextPlan } from '../../plan/context-plan.ts'
import { subjectOwner } from '../record-store.ts'
import { erasureKeptMs, subjectDigest, type SubjectErasures } from '../subject-erasures.ts'
import {
  listScanMax,
  subjectBatch,
  type ConversationPage,
  type ConversationQuery,
  type SubjectRemoval,
} from '../turn-queries.ts'
import {
  expireBatch,
  plansPerConversation,
  type AppendOutcome,
  type ConversationChange,
  type FinishOutcome,
  type PartialOutput,
  type RemoveOutcome,
  type TurnEndChange,
} from '../turn-store.ts'
import { type PostgresParts, timeOf } from './postgres-parts.ts'
import { conversationForStore, metadataPairs, readConversation } from './stored-conversation.ts'
import { readText, storedText, storedTextOrNull } from './stored-text.ts'
import { readTurn, turnForStore, type Row } from './stored-turn.ts'

/** How many turns, or records, of a removed conversation are deleted at a time. */
const turnsPerStep = 500
/** How many turns of dead members are ended at a time. */
const recoverBatch = 100

/** Changes of conversations, each in one transaction and one round trip. */
export class PostgresChanges {
  readonly #parts: PostgresParts

  constructor(parts: PostgresParts) {
    this.#parts = parts
  }

  async append(change: ConversationChange): Promise<AppendOutcome> {
    const { conversation, keepsEpoch = false, turns, rewritten = [], plan } = change
    const described = {
      conversation: conversationForStore(conversation),
      keeps_epoch: keepsEpoch,
      turns: turns.map(turnForStore),
      rewritten: rewritten.map(turnForStore),
      plan: plan === undefined ? null : { id: storedText(plan.id), body: JSON.stringify(plan) },
      plans_max: plansPerConversation,
    }
    const { tenant, subject } = conversation.ccp
    const outcome = await this.#value(
      'SELECT fairlead.append_3($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
      [
        storedText(tenant),
        storedText(conversation.id),
        change.expectedRevision,
        ...timeOf(this.#parts),
        randomUUID(),
        this.#parts.member,
        JSON.stringify(described),
        subject === null ? null : subjectDigest(tenant, subject),
        change.erasures ?? null,
        erasureKeptMs,
      ],
    )
    return outcome as AppendOutcome
  }

  async flush(outputs: readonly PartialOutput[]): Promise<void> {
    if (outputs.length === 0) return
    const described = outputs.map(({ tenant, conversation, turn, output }) => ({
      tenant: storedText(tenant),
      conversation: storedText(conversation),
      turn: storedText(turn),
      output: JSON.stringify(output),
    }))
    await this.#ask('SELECT fairlead.flush_1($1)', [JSON.stringify(described)])
  }

  finish(tenant: string, change: TurnEndChange): Promise<FinishOutcome> {
    return this.#finish(storedText(tenant), storedText(change.turn.conversation), change, null)
  }

  async replacePlan(tenant: string, plan: ContextPlan): Promise<boolean> {
    const rows = await this.#ask(
      `UPDATE fairlead.plans SET body = $3 WHERE tenant = $1 AND id = $2 RETURNING id`,
      [storedText(tenant), storedText(plan.id), JSON.stringify(plan)],
    )
    return rows.length > 0
  }

  async remove(tenant: string, id: string): Promise<RemoveOutcome> {
    const [row] = await this.#ask('SELECT * FROM fairlead.remove_1($1, $2, $3, $4)', [
      storedText(tenant),
      storedText(id),
      ...timeOf(this.#parts),
    ])
    await this.#deleteAll([row?.['conversation'] ?? null])
    return row?.['outcome'] as RemoveOutcome
  }

  async erasures(tenant: string, subject: string): Promise<SubjectErasures> {
    const asked = [subjectDigest(tenant, subject), erasureKeptMs]
    const [row] = await this.#ask('SELECT * FROM fairlead.erasures_3($1, $2)', asked)
    if (row === undefined) return { count: 0, agoMs: null }
    return { count: Number(row['count']), agoMs: Number(row['ago_ms']) }
  }

  async removeSubject(tenant: string, subject: string): Promise<SubjectRemoval> {
    const [row] = await this.#ask(
      'SELECT * FROM fairlead.remove_subject_3($1, $2, $3, $4, $5, $6)',
      [
        storedText(tenant),
        storedText(subject),
        storedText(subjectOwner(subject)),
        subjectBatch,
        subjectDigest(tenant, subject),
        erasureKeptMs,
      ],
    )
    const numbers = (row?.['conversations'] ?? []) as readonly unknown[]
    await this.#deleteAll(numbers)
    return {
      conversations: numbers.length,
      turns: Number(row?.['turns']),
      plans: Number(row?.['plans']),
      responses: Number(row?.['responses']),
      held: Number(row?.['held']),
      more: row?.['more'] === true,
    }
  }

  async expire(): Promise<number> {
    const times = timeOf(this.#parts)
    const rows = await this.#ask('SELECT fairlead.expire_1($1, $2, $3) AS number', [
      ...times,
      expireBatch,
    ])
    // With those that a process left in the middle of their removal.
    const removed = await this.#ask(
      'SELECT number FROM fairlead.conversations WHERE removed ORDER BY number LIMIT $1',
      [expireBatch],
    )
    await this.#deleteAll(removed.map((row) => row['number']))
    await this.#ask('SELECT fairlead.forget_members_1()', [])
    await this.#ask('SELECT fairlead.forget_erasures_3($1)', [erasureKeptMs])
    return rows.length
  }

  async recover(completedAt: number): Promise<number> {
    let ended = 0
    for (;;) {
      const rows = await this.#ask(
        `SELECT c.tenant, c.id, t.member, t.status, x.body, x.output FROM fairlead.turns t
         JOIN fairlead.turn_texts x ON x.conversation = t.conversation AND x.seq = t.seq
         JOIN fairlead.conversations c ON c.number = t.conversation AND NOT c.removed
         WHERE t.status = 'in_progress' AND NOT fairlead.is_alive_1(t.member) LIMIT $1`,
        [recoverBatch],
      )
      let endedNow = 0
      for (const row of rows) if (await this.#end(row, completedAt)) endedNow += 1
      ended += endedNow
      if (endedNow === 0 || rows.length < recoverBatch) return ended
    }
  }

  /** From one to the next by the index, however many conversations each has. */
  async tenants(): Promise<readonly string[]> {
    const rows = await this.#ask(
      `WITH RECURSIVE tenants (tenant) AS (
         SELECT min(tenant) FROM fairlead.conversations
         UNION ALL
         SELECT (SELECT min(c.tenant) FROM fairlead.conversations c WHERE c.tenant > t.tenant)
         FROM tenants t WHERE t.tenant IS NOT NULL)
       SELECT tenant FROM tenants WHERE tenant IS NOT NULL`,
      [],
    )
    return rows.map((row) => readText(String(row['tenant'])))
  }

  async list(tenant: string, query: ConversationQuery): Promise<ConversationPage> {
    const { limit, after, subject, metadata = {}, order } = query
    const times = timeOf(this.#parts)
    const ends: unknown = order === 'asc' ? 0 : Number.MAX_SAFE_INTEGER
    const from = after === undefined ? ends : await this.#numberOf(tenant, after)
    if (from === null) return { outcome: 'unknown-after' }
    const [sign, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC']
    const ofSubject = subject === undefined ? '$3::text IS NULL' : 'subject = $3'
    const looked = `SELECT * FROM fairlead.conversations
      WHERE tenant = $1 AND number ${sign} $2 AND ${ofSubject} ORDER BY number ${direction}`
    const where = [storedText(tenant), from, storedTextOrNull(subject), listScanMax]
    const rows = await this.#ask(
      `SELECT c.id, c.body, c.epoch FROM (${looked} LIMIT $4) c
       WHERE NOT fairlead.is_over_1(c::fairlead.conversations, $5, $6) AND c.metadata @> $7
       ORDER BY c.number ${direction} LIMIT $8`,
      [...where, ...times, metadataPairs(metadata), limit + 1],
    )
    const conversations = rows.slice(0, limit).map((row) => {
      return readConversation(row['body'], row['epoch'])
    })
    if (rows.length > limit) {
      return { outcome: 'found', conversations, next: conversations.at(-1)?.id ?? null }
    }
    const last = await this.#ask(
      `SELECT c.id FROM (${looked} OFFSET $4 - 1 LIMIT 2) c ORDER BY c.number ${direction}`,
      where,
    )
    const next = last.length > 1 ? readText(String(last[0]?.['id'])) : null
    return { outcome: 'found', conversations, next }
  }

  /** Ends the turn of a dead member. Whether it did. */
  async #end(row: Row, completedAt: number): Promise<boolean> {
    const turn = { ...readTurn(row), status: 'incomplete', completed_at: completedAt } as const
    const [tenant, id, member] = [row['tenant'], row['id'], row['member']].map(String)
    return (await this.#finish(tenant ?? '', id ?? '', { turn }, member ?? '')) === 'stored'
  }

  async #finish(
    tenant: string,
    id: string,
    { turn, epoch, plan }: TurnEndChange,
    dead: string | null,
  ): Promise<FinishOutcome> {
    const described = {
      turn: turnForStore(turn),
      epoch: epoch === undefined ? null : JSON.stringify(epoch),
      plan: plan === undefined ? null : JSON.stringify(plan),
      plan_id: plan === undefined ? null : storedText(plan.id),
    }
    const outcome = await this.#value('SELECT fairlead.finish_1($1, $2, $3, $4, $5, $6)', [
      tenant,
      id,
      this.#parts.clock.now(),
      randomUUID(),
      dead,
      JSON.stringify(described),
    ])
    return outcome as FinishOutcome
  }

  async #deleteAll(numbers: readonly unknown[]): Promise<void> {
    for (const number of numbers) {
      if (number === null) continue
      const step = () =>
        this.#value('SELECT fairlead.remove_step_1($1, $2)', [number, turnsPerStep])
      while ((await step()) === true);
    }
  }

  /** Null where there is none that may be seen. */
  async #numberOf(tenant: string, id: string): Promise<unknown> {
    const named = [storedText(tenant), storedText(id), ...timeOf(this.#parts)]
    return this.#value('SELECT fairlead.live_1($1, $2, $3, $4)', named)
  }

  async #value(text: string, values: readonly unknown[]): Promise<unknown> {
    const [row] = await this.#ask(`${text} AS value`, values)
    return row?.['value']
  }

  #ask(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#parts.pool.ask(text, values)
  }
}
