/**
 * The tables of version 3: turns are nodes of a tree. What is walked (`turns`) is apart from what is
 * read (`turn_texts`), so that a walk touches few pages.
 */
export const treeSchema = `
  CREATE TABLE conversations (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    touched_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    legal_hold INTEGER NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0,
    subject TEXT,
    metadata TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX conversations_by_tenant ON conversations (tenant);
  CREATE INDEX conversations_by_subject ON conversations (tenant, subject)
    WHERE subject IS NOT NULL;
  CREATE INDEX conversations_by_age ON conversations (touched_ms)
    WHERE expires_ms IS NULL AND legal_hold = 0;
  CREATE INDEX conversations_by_expiry ON conversations (expires_ms)
    WHERE expires_ms IS NOT NULL AND legal_hold = 0;
  CREATE INDEX removed_conversations ON conversations (number) WHERE removed = 1;

  CREATE TABLE turns (
    conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    parent INTEGER NOT NULL,
    jump INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    status TEXT NOT NULL,
    idempotency_key TEXT,
    request_digest TEXT,
    PRIMARY KEY (conversation, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX turns_by_id ON turns (conversation, id);
  CREATE UNIQUE INDEX one_running_turn ON turns (conversation) WHERE status = 'in_progress';
  CREATE INDEX turns_by_key ON turns (conversation, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
  CREATE TABLE turn_texts (
    conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    output TEXT NOT NULL,
    PRIMARY KEY (conversation, seq)
  ) STRICT;
  CREATE TABLE turn_items (
    conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
    item TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (conversation, item, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE turn_outlines (
    conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    version INTEGER NOT NULL,
    outline TEXT NOT NULL,
    PRIMARY KEY (conversation, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE plans (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (tenant, id)
  ) STRICT;
  CREATE INDEX plans_by_conversation ON plans (conversation, number);
  CREATE TABLE probe (bytes BLOB NOT NULL) STRICT;
  CREATE INDEX responses_by_conversation ON responses (tenant, conversation)
    WHERE conversation IS NOT NULL;`
