import type { DatabaseSync } from 'node:sqlite'

export type AnswerStatements = ReturnType<typeof prepareAnswerStatements>

/** The statements about kept answers, prepared once. */
export function prepareAnswerStatements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql)
  const named = `tenant = ? AND key = ? AND id = ? AND whole IS NULL`
  return {
    totals: prepare(`SELECT COUNT(*) AS answers, COALESCE(SUM(bytes), 0) AS bytes FROM answers`),
    load: prepare(
      `SELECT tenant, key, id, digest, response, created_at, output, whole
       FROM answers WHERE tenant = ? AND key = ?`,
    ),
    head: prepare(
      `SELECT touched_ms, whole IS NOT NULL AS is_whole, bytes
       FROM answers WHERE tenant = ? AND key = ?`,
    ),
    insert: prepare(
      `INSERT INTO answers (tenant, key, id, digest, response, created_at, touched_ms, output)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    flush: prepare(`UPDATE answers SET output = ?, touched_ms = ? WHERE ${named}`),
    complete: prepare(`UPDATE answers SET output = '[]', whole = ?, touched_ms = ? WHERE ${named}`),
    drop: prepare(`DELETE FROM answers WHERE ${named}`),
    remove: prepare(`DELETE FROM answers WHERE tenant = ? AND key = ?`),
    recover: prepare(`DELETE FROM answers WHERE whole IS NULL`),
    expire: prepare(
      `DELETE FROM answers WHERE (tenant, key) IN (
         SELECT tenant, key FROM answers WHERE touched_ms <= ? AND whole IS NOT NULL LIMIT ?)`,
    ),
    oldest: prepare(
      `SELECT tenant, key FROM answers WHERE whole IS NOT NULL ORDER BY touched_ms, id LIMIT 1`,
    ),
  }
}
