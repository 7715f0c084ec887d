import type { DatabaseSync } from 'node:sqlite'

export type Statements = ReturnType<typeof prepareStatements>

/** The columns of `conversations` but for the body, and whether a turn is running. */
const conversationColumns = `number, tenant, id, revision, touched_ms, expires_ms, legal_hold, removed,
  EXISTS (SELECT 1 FROM turns WHERE turns.conversation = conversations.number
    AND turns.status = 'in_progress') AS running`

const nodeColumns = 'seq, parent, jump, depth'

const turnColumns = 'turns.status, turn_texts.body, turn_texts.output'

const withTexts = `turns JOIN turn_texts ON turn_texts.conversation = turns.conversation
  AND turn_texts.seq = turns.seq`

/** All statements of the store, prepared once. */
export function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql)
  return {
    insertProbe: prepare(`INSERT INTO probe (bytes) VALUES (zeroblob(?))`),
    deleteProbe: prepare(`DELETE FROM probe`),

    conversation: prepare(
      `SELECT ${conversationColumns} FROM conversations WHERE tenant = ? AND id = ?`,
    ),
    conversationBody: prepare(`SELECT body FROM conversations WHERE number = ?`),
    insertConversation: prepare(
      `INSERT INTO conversations
         (tenant, id, revision, touched_ms, expires_ms, legal_hold, subject, metadata, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    updateConversation: prepare(
      `UPDATE conversations SET revision = ?, touched_ms = ?, expires_ms = ?, legal_hold = ?,
         subject = ?, metadata = ?, body = ? WHERE number = ?`,
    ),
    touch: prepare(
      `UPDATE conversations SET touched_ms = ?, body = COALESCE(?, body) WHERE number = ?`,
    ),
    // From one to the next by the index, however many conversations each has.
    tenants: prepare(
      `WITH RECURSIVE tenants (tenant) AS (
         SELECT MIN(tenant) FROM conversations
         UNION ALL
         SELECT (SELECT MIN(tenant) FROM conversations WHERE tenant > tenants.tenant)
         FROM tenants WHERE tenants.tenant IS NOT NULL)
       SELECT tenant FROM tenants WHERE tenant IS NOT NULL`,
    ),
    listAscending: prepare(
      `SELECT ${conversationColumns}, subject, metadata FROM conversations
       WHERE tenant = ? AND number > ? ORDER BY number LIMIT ?`,
    ),
    listDescending: prepare(
      `SELECT ${conversationColumns}, subject, metadata FROM conversations
       WHERE tenant = ? AND number < ? ORDER BY number DESC LIMIT ?`,
    ),
    listSubjectAscending: prepare(
      `SELECT ${conversationColumns}, subject, metadata FROM conversations
       WHERE tenant = ? AND subject = ? AND number > ? ORDER BY number LIMIT ?`,
    ),
    listSubjectDescending: prepare(
      `SELECT ${conversationColumns}, subject, metadata FROM conversations
       WHERE tenant = ? AND subject = ? AND number < ? ORDER BY number DESC LIMIT ?`,
    ),

    node: prepare(`SELECT ${nodeColumns} FROM turns WHERE conversation = ? AND seq = ?`),
    nodeById: prepare(`SELECT ${nodeColumns}, status FROM turns WHERE conversation = ? AND id = ?`),
    nodesWithItem: prepare(
      `SELECT ${nodeColumns} FROM turns WHERE conversation = ?1 AND seq IN
         (SELECT seq FROM turn_items WHERE conversation = ?1 AND item = ?2)
       ORDER BY seq DESC`,
    ),
    turn: prepare(
      `SELECT ${turnColumns} FROM ${withTexts} WHERE turns.conversation = ? AND turns.seq = ?`,
    ),
    turnsAfter: prepare(
      `SELECT ${turnColumns} FROM ${withTexts}
       WHERE turns.conversation = ? AND turns.seq > ? ORDER BY turns.seq LIMIT ?`,
    ),
    turnsBefore: prepare(
      `SELECT ${turnColumns} FROM ${withTexts}
       WHERE turns.conversation = ? AND turns.seq < ? ORDER BY turns.seq DESC LIMIT ?`,
    ),
    path: prepare(
      `WITH RECURSIVE path (seq, parent, length) AS (
         SELECT seq, parent, 1 FROM turns WHERE conversation = ?1 AND seq = ?2
         UNION ALL
         SELECT turns.seq, turns.parent, length + 1 FROM path
         JOIN turns ON turns.conversation = ?1 AND turns.seq = path.parent WHERE length < ?3)
       SELECT ${turnColumns} FROM path
       CROSS JOIN turns ON turns.conversation = ?1 AND turns.seq = path.seq
       CROSS JOIN turn_texts ON turn_texts.conversation = ?1 AND turn_texts.seq = path.seq
       ORDER BY path.seq`,
    ),
    runningSeq: prepare(`SELECT seq FROM turns WHERE conversation = ? AND status = 'in_progress'`),
    allRunning: prepare(
      `SELECT turns.conversation, turns.seq, ${turnColumns} FROM ${withTexts}
       WHERE turns.status = 'in_progress'`,
    ),
    keyedSeq: prepare(
      `SELECT MAX(seq) AS seq FROM turns WHERE conversation = ? AND idempotency_key = ?`,
    ),
    newestDigests: prepare(
      `SELECT seq, request_digest FROM turns WHERE conversation = ? ORDER BY seq DESC LIMIT ?`,
    ),
    insertTurn: prepare(
      `INSERT INTO turns
         (conversation, seq, id, parent, jump, depth, status, idempotency_key, request_digest)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    insertTexts: prepare(
      `INSERT INTO turn_texts (conversation, seq, body, output) VALUES (?, ?, ?, ?)`,
    ),
    setStatus: prepare(`UPDATE turns SET status = ? WHERE conversation = ? AND seq = ?`),
    setTexts: prepare(
      `UPDATE turn_texts SET body = ?, output = ? WHERE conversation = ? AND seq = ?`,
    ),
    setOutput: prepare(`UPDATE turn_texts SET output = ? WHERE conversation = ? AND seq = ?`),
    insertItem: prepare(
      `INSERT OR IGNORE INTO turn_items (conversation, item, seq) VALUES (?, ?, ?)`,
    ),
    deleteItem: prepare(`DELETE FROM turn_items WHERE conversation = ? AND item = ? AND seq = ?`),

    outlines: prepare(
      `SELECT turns.seq, turn_outlines.version, turn_outlines.outline FROM turns
       LEFT JOIN turn_outlines ON turn_outlines.conversation = turns.conversation
         AND turn_outlines.seq = turns.seq
       WHERE turns.conversation = ? AND turns.seq > ? ORDER BY turns.seq LIMIT ?`,
    ),
    putOutline: prepare(
      `INSERT OR REPLACE INTO turn_outlines (conversation, seq, version, outline)
       VALUES (?, ?, ?, ?)`,
    ),

    insertPlan: prepare(`INSERT INTO plans (conversation, tenant, id, body) VALUES (?, ?, ?, ?)`),
    updatePlan: prepare(`UPDATE plans SET body = ? WHERE tenant = ? AND id = ?`),
    prunePlans: prepare(
      `DELETE FROM plans WHERE number IN (
         SELECT number FROM plans WHERE conversation = ? ORDER BY number DESC LIMIT -1 OFFSET ?)`,
    ),
    plan: prepare(
      `SELECT conversations.tenant, conversations.id, plans.body FROM plans
       JOIN conversations ON conversations.number = plans.conversation
       WHERE plans.tenant = ? AND plans.id = ?`,
    ),
    countPlans: prepare(`SELECT COUNT(*) AS plans FROM plans WHERE conversation = ?`),

    expiredByAge: prepare(
      `SELECT ${conversationColumns} FROM conversations
       WHERE expires_ms IS NULL AND legal_hold = 0 AND touched_ms <= ? AND removed = 0
         AND NOT running LIMIT ?`,
    ),
    expiredByTime: prepare(
      `SELECT ${conversationColumns} FROM conversations
       WHERE expires_ms IS NOT NULL AND legal_hold = 0 AND expires_ms <= ? AND removed = 0
         AND NOT running LIMIT ?`,
    ),
    ofSubject: prepare(
      `SELECT ${conversationColumns} FROM conversations
       WHERE tenant = ? AND subject = ? AND legal_hold = 0 AND removed = 0 LIMIT ?`,
    ),
    countHeld: prepare(
      `SELECT COUNT(*) AS held FROM conversations
       WHERE tenant = ? AND subject = ? AND legal_hold = 1`,
    ),
    countTurns: prepare(`SELECT COUNT(*) AS turns FROM turns WHERE conversation = ?`),
    conversationName: prepare(`SELECT tenant, id FROM conversations WHERE number = ?`),
    markRemoved: prepare(`UPDATE conversations SET removed = 1 WHERE number = ?`),
    removed: prepare(`SELECT number FROM conversations WHERE removed = 1 LIMIT ?`),
    removalEnd: prepare(
      `SELECT MAX(seq) AS seq FROM
         (SELECT seq FROM turns WHERE conversation = ? ORDER BY seq LIMIT ?)`,
    ),
    removeTexts: prepare(`DELETE FROM turn_texts WHERE conversation = ? AND seq <= ?`),
    removeOutlines: prepare(`DELETE FROM turn_outlines WHERE conversation = ? AND seq <= ?`),
    removeTurns: prepare(`DELETE FROM turns WHERE conversation = ? AND seq <= ?`),
    removeConversation: prepare(`DELETE FROM conversations WHERE number = ?`),
  }
}
