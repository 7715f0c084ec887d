import type { DatabaseSync } from 'node:sqlite'

export type ResponseStatements = ReturnType<typeof prepareResponseStatements>

/** The statements about responses, prepared once. */
export function prepareResponseStatements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql)
  const running = `status IN ('queued', 'in_progress')`
  return {
    totals: prepare(
      `SELECT COUNT(*) AS responses, COALESCE(SUM(bytes), 0) AS bytes FROM responses`,
    ),
    insert: prepare(
      `INSERT INTO responses (tenant, id, previous, conversation, status, background, created_at,
         completed_at, error, answered_by, touched_ms, body, input, output)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    load: prepare(
      `SELECT tenant, id, previous, conversation, status, background, created_at, completed_at,
         error, answered_by, body, input, output FROM responses WHERE tenant = ? AND id = ?`,
    ),
    head: prepare(
      `SELECT previous, status, ${running} AS running, touched_ms, frames, bytes,
         octet_length(input) + octet_length(output) AS item_bytes
       FROM responses WHERE tenant = ? AND id = ?`,
    ),
    flush: prepare(
      `UPDATE responses SET status = 'in_progress', output = COALESCE(?, output)
       WHERE tenant = ? AND id = ?`,
    ),
    finish: prepare(
      `UPDATE responses SET status = ?, completed_at = ?, error = ?, answered_by = ?, touched_ms = ?,
         body = ?, output = ? WHERE tenant = ? AND id = ?`,
    ),
    insertItem: prepare(
      `INSERT OR REPLACE INTO response_items (tenant, item, response) VALUES (?, ?, ?)`,
    ),
    itemOwner: prepare(`SELECT response FROM response_items WHERE tenant = ? AND item = ?`),
    insertFrame: prepare(
      `INSERT INTO response_frames (tenant, response, number, frame) VALUES (?, ?, ?, ?)`,
    ),
    countFrames: prepare(
      `UPDATE responses SET frames = ?, frame_bytes = frame_bytes + ? WHERE tenant = ? AND id = ?`,
    ),
    frames: prepare(
      `SELECT frame FROM response_frames
       WHERE tenant = ? AND response = ? AND number >= ? ORDER BY number`,
    ),
    ofConversation: prepare(
      `SELECT id FROM responses WHERE tenant = ? AND conversation = ? LIMIT ?`,
    ),
    remove: prepare(`DELETE FROM responses WHERE tenant = ? AND id = ?`),
    recover: prepare(
      `UPDATE responses SET status = 'failed', error = ?, completed_at = ? WHERE ${running}`,
    ),
    expired: prepare(
      `SELECT tenant, id FROM responses WHERE touched_ms <= ? AND NOT (${running}) LIMIT ?`,
    ),
    oldest: prepare(
      `SELECT tenant, id FROM responses WHERE NOT (${running}) ORDER BY touched_ms, id LIMIT 1`,
    ),
  }
}
