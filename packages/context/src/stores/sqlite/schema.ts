import type { DatabaseSync } from 'node:sqlite'
import { migrateToTree } from './migrate-to-tree.ts'
import { answerSchema } from './answer-schema.ts'
import { recordSchema } from './record-schema.ts'

/** Entry n migrates a file from version n to n + 1; existing entries are never changed. */
const migrations: readonly (string | ((database: DatabaseSync) => void))[] = [
  `CREATE TABLE conversations (
     tenant TEXT NOT NULL,
     id TEXT NOT NULL,
     revision INTEGER NOT NULL,
     touched_ms INTEGER NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (tenant, id)
   ) STRICT;
   CREATE INDEX conversations_by_age ON conversations (touched_ms);
   CREATE TABLE turns (
     tenant TEXT NOT NULL,
     conversation TEXT NOT NULL,
     seq INTEGER NOT NULL,
     id TEXT NOT NULL,
     status TEXT NOT NULL,
     body TEXT NOT NULL,
     output TEXT NOT NULL,
     PRIMARY KEY (tenant, conversation, seq),
     UNIQUE (tenant, conversation, id),
     FOREIGN KEY (tenant, conversation) REFERENCES conversations (tenant, id) ON DELETE CASCADE
   ) STRICT;
   CREATE UNIQUE INDEX one_running_turn ON turns (tenant, conversation)
     WHERE status = 'in_progress';
   CREATE TABLE plans (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     tenant TEXT NOT NULL,
     conversation TEXT NOT NULL,
     id TEXT NOT NULL,
     body TEXT NOT NULL,
     UNIQUE (tenant, id),
     FOREIGN KEY (tenant, conversation) REFERENCES conversations (tenant, id) ON DELETE CASCADE
   ) STRICT;
   CREATE INDEX plans_by_conversation ON plans (tenant, conversation, number);`,
  `CREATE TABLE responses (
     tenant TEXT NOT NULL,
     id TEXT NOT NULL,
     previous TEXT,
     conversation TEXT,
     status TEXT NOT NULL,
     background INTEGER NOT NULL,
     created_at INTEGER NOT NULL,
     completed_at INTEGER,
     touched_ms INTEGER NOT NULL,
     error TEXT,
     body TEXT NOT NULL,
     input TEXT NOT NULL,
     output TEXT NOT NULL,
     frames INTEGER NOT NULL DEFAULT 0,
     frame_bytes INTEGER NOT NULL DEFAULT 0,
     bytes INTEGER NOT NULL GENERATED ALWAYS AS
       (octet_length(body) + octet_length(input) + octet_length(output) + frame_bytes) STORED,
     PRIMARY KEY (tenant, id)
   ) STRICT;
   CREATE INDEX responses_by_age ON responses (touched_ms, id, bytes);
   CREATE INDEX running_responses ON responses (status) WHERE status IN ('queued', 'in_progress');
   CREATE TABLE response_items (
     tenant TEXT NOT NULL,
     item TEXT NOT NULL,
     response TEXT NOT NULL,
     PRIMARY KEY (tenant, item),
     FOREIGN KEY (tenant, response) REFERENCES responses (tenant, id) ON DELETE CASCADE
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX response_items_by_response ON response_items (tenant, response);
   CREATE TABLE response_frames (
     tenant TEXT NOT NULL,
     response TEXT NOT NULL,
     number INTEGER NOT NULL,
     frame TEXT NOT NULL,
     PRIMARY KEY (tenant, response, number),
     FOREIGN KEY (tenant, response) REFERENCES responses (tenant, id) ON DELETE CASCADE
   ) STRICT;`,
  migrateToTree,
  answerSchema,
  'ALTER TABLE responses ADD COLUMN answered_by TEXT;',
  recordSchema,
]

/**
 * Migrates the file to the version that this code reads, whole or not at all. Foreign keys must be
 * off. Throws for a file of a newer version.
 */
export function migrate(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT')
    const row = database.prepare('SELECT version FROM schema_version').get()
    const version = Number(row?.['version'] ?? 0)
    if (version > migrations.length) {
      throw new Error(
        `the conversation file has schema version ${version}, but this program supports up to ${migrations.length}: start a newer program`,
      )
    }
    for (const migration of migrations.slice(version)) {
      if (typeof migration === 'string') database.exec(migration)
      else migration(database)
    }
    database.exec('DELETE FROM schema_version')
    database.prepare('INSERT INTO schema_version (version) VALUES (?)').run(migrations.length)
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
