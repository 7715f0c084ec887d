import type { DatabaseSync } from 'node:sqlite'

export type RecordStatements = ReturnType<typeof prepareRecordStatements>

/** The statements about records, prepared once. */
export function prepareRecordStatements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql)
  const named = `tenant = ? AND owner = ? AND kind = ? AND id = ?`
  // A conversation that is being removed is deleted in steps, and seen by nobody meanwhile.
  const live = `(expires_ms IS NULL OR expires_ms > ?) AND (conversation IS NULL OR EXISTS (
    SELECT 1 FROM conversations WHERE number = records.conversation AND removed = 0))`
  const columns = `tenant, owner, kind, id, version, expires_ms, body, bytes`
  return {
    bytes: prepare(`SELECT COALESCE(SUM(bytes), 0) AS bytes FROM records`),
    load: prepare(`SELECT ${columns} FROM records WHERE ${named} AND ${live}`),
    head: prepare(`SELECT version, bytes FROM records WHERE ${named} AND ${live}`),
    put: prepare(
      `INSERT OR REPLACE INTO records
         (tenant, owner, kind, id, conversation, version, expires_ms, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    list: prepare(
      `SELECT ${columns} FROM records
       WHERE tenant = ? AND owner = ? AND kind = ? AND id > ? AND ${live} ORDER BY id LIMIT ?`,
    ),
    scan: prepare(
      `SELECT ${columns} FROM records
       WHERE kind = ? AND (tenant, owner, id) > (?, ?, ?) AND ${live}
       ORDER BY tenant, owner, id LIMIT ?`,
    ),
    remove: prepare(`DELETE FROM records WHERE ${named}`),
    removeOwner: prepare(`DELETE FROM records WHERE tenant = ? AND owner = ?`),
    /** Some of a conversation, so that a large one is deleted in steps. */
    removeSome: prepare(
      `DELETE FROM records WHERE number IN (
         SELECT number FROM records WHERE conversation = ? LIMIT ?)`,
    ),
    expire: prepare(
      `DELETE FROM records WHERE number IN (
         SELECT number FROM records WHERE expires_ms <= ? LIMIT ?)`,
    ),
  }
}
