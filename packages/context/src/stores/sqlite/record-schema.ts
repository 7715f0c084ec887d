/** The table of records. Those of a conversation are deleted with it. */
export const recordSchema = `CREATE TABLE records (
     number INTEGER PRIMARY KEY,
     tenant TEXT NOT NULL,
     owner TEXT NOT NULL,
     kind TEXT NOT NULL,
     id TEXT NOT NULL,
     conversation INTEGER REFERENCES conversations (number) ON DELETE CASCADE,
     version INTEGER NOT NULL,
     expires_ms INTEGER,
     body TEXT NOT NULL,
     bytes INTEGER NOT NULL GENERATED ALWAYS AS (octet_length(body)) STORED,
     UNIQUE (tenant, owner, kind, id)
   ) STRICT;
   CREATE INDEX records_by_kind ON records (kind, tenant, owner, id);
   CREATE INDEX records_by_conversation ON records (conversation) WHERE conversation IS NOT NULL;
   CREATE INDEX records_by_expiry ON records (expires_ms) WHERE expires_ms IS NOT NULL;
   CREATE INDEX record_bytes ON records (bytes);`
