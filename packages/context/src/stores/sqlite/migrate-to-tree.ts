import type { DatabaseSync } from 'node:sqlite'
import { SqliteConversations } from './sqlite-conversations.ts'
import { SqliteLog } from './sqlite-log.ts'
import { parseStored } from '../parse-stored.ts'
import { type Row } from './sqlite-rows.ts'
import { prepareStatements } from './statements.ts'
import {
  completeConversation,
  completePlan,
  completeTurns,
  type StraightConversation,
  type StraightPlan,
  type StraightTurn,
} from './stored-forms.ts'
import { treeSchema } from './tree-schema.ts'

const renameTables = `
  DROP INDEX conversations_by_age;
  DROP INDEX one_running_turn;
  DROP INDEX plans_by_conversation;
  ALTER TABLE plans RENAME TO straight_plans;
  ALTER TABLE turns RENAME TO straight_turns;
  ALTER TABLE conversations RENAME TO straight_conversations;`

const dropTables = `
  DROP TABLE straight_plans;
  DROP TABLE straight_turns;
  DROP TABLE straight_conversations;`

/**
 * From version 2 to 3: the straight log of each conversation becomes a tree of one branch. Foreign
 * keys must be off.
 */
export function migrateToTree(database: DatabaseSync): void {
  database.exec(renameTables)
  database.exec(treeSchema)
  const sql = prepareStatements(database)
  const log = new SqliteLog(sql)
  const turnsOf = database.prepare(
    `SELECT status, body, output FROM straight_turns
     WHERE tenant = ? AND conversation = ? ORDER BY seq`,
  )
  const all = database.prepare(
    'SELECT tenant, id, touched_ms, body FROM straight_conversations ORDER BY rowid',
  )
  for (const row of all.iterate()) {
    const { tenant, id, touched_ms: touchedMs, body } = row
    const straight = turnsOf.all(String(tenant), String(id)).map(straightTurn)
    const turns = completeTurns(straight)
    const conversation = completeConversation(parseStored<StraightConversation>(body), turns)
    const clock = { now: () => Number(touchedMs) }
    const number = new SqliteConversations({ sql, clock, ttlMs: undefined }).insert(conversation)
    for (const turn of turns) log.add(number, turn)
  }
  copyPlans(database)
  database.exec(dropTables)
}

function copyPlans(database: DatabaseSync): void {
  const insert = database.prepare(
    'INSERT INTO plans (number, conversation, tenant, id, body) VALUES (?, ?, ?, ?, ?)',
  )
  const all = database.prepare(
    `SELECT straight_plans.number, conversations.number AS conversation, straight_plans.tenant,
       straight_plans.id, straight_plans.body FROM straight_plans
     JOIN conversations ON conversations.tenant = straight_plans.tenant
       AND conversations.id = straight_plans.conversation`,
  )
  for (const { number, conversation, tenant, id, body } of all.iterate()) {
    const plan = completePlan(parseStored<StraightPlan>(body))
    const text = JSON.stringify(plan)
    insert.run(Number(number), Number(conversation), String(tenant), String(id), text)
  }
}

function straightTurn(row: Row): StraightTurn {
  const body = parseStored<Omit<StraightTurn, 'status' | 'output'>>(row['body'])
  return {
    ...body,
    // A recovery wrote the time with a decimal point.
    completed_at: body.completed_at === null ? null : Number(body.completed_at),
    status: String(row['status']) as StraightTurn['status'],
    output: parseStored<StraightTurn['output']>(row['output']),
  }
}
