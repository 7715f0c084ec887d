import type { DatabaseSync } from 'node:sqlite'

export type Statements = ReturnType<typeof prepareStatements>

/** All statements of the store, prepared once. */
export function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql)
  const running = `EXISTS (SELECT 1 FROM turns WHERE turns.tenant = conversations.tenant
    AND turns.conversation = conversations.id AND turns.status = 'in_progress')`
  return {
    conversation: prepare(
      `SELECT revision, touched_ms, body, ${running} AS running
       FROM conversations WHERE tenant = ? AND id = ?`,
    ),
    turns: prepare(
      `SELECT status, body, output FROM turns WHERE tenant = ? AND conversation = ? ORDER BY seq`,
    ),
    insertConversation: prepare(
      `INSERT INTO conversations (tenant, id, revision, touched_ms, body) VALUES (?, ?, ?, ?, ?)`,
    ),
    updateConversation: prepare(
      `UPDATE conversations SET revision = ?, touched_ms = ?, body = ? WHERE tenant = ? AND id = ?`,
    ),
    touch: prepare(`UPDATE conversations SET touched_ms = ? WHERE tenant = ? AND id = ?`),
    remove: prepare(`DELETE FROM conversations WHERE tenant = ? AND id = ?`),
    expire: prepare(
      `DELETE FROM conversations WHERE (tenant, id) IN (
         SELECT tenant, id FROM conversations WHERE touched_ms <= ? AND NOT ${running} LIMIT ?)`,
    ),
    insertTurn: prepare(
      `INSERT INTO turns (tenant, conversation, seq, id, status, body, output)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    turnStatus: prepare(
      `SELECT status FROM turns WHERE tenant = ? AND conversation = ? AND id = ?`,
    ),
    endTurn: prepare(
      `UPDATE turns SET status = ?, body = ?, output = ?
       WHERE tenant = ? AND conversation = ? AND id = ? AND status = 'in_progress'`,
    ),
    flush: prepare(
      `UPDATE turns SET output = ?
       WHERE tenant = ? AND conversation = ? AND id = ? AND status = 'in_progress'`,
    ),
    recover: prepare(
      `UPDATE turns SET status = 'incomplete', body = json_set(body, '$.completed_at', CAST(? AS INTEGER))
       WHERE status = 'in_progress'`,
    ),
    insertPlan: prepare(`INSERT INTO plans (tenant, conversation, id, body) VALUES (?, ?, ?, ?)`),
    prunePlans: prepare(
      `DELETE FROM plans WHERE number IN (
         SELECT number FROM plans WHERE tenant = ? AND conversation = ?
         ORDER BY number DESC LIMIT -1 OFFSET ?)`,
    ),
    plan: prepare(`SELECT conversation, body FROM plans WHERE tenant = ? AND id = ?`),
  }
}
