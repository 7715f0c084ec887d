/** The table of kept answers. */
export const answerSchema = `CREATE TABLE answers (
     tenant TEXT NOT NULL,
     key TEXT NOT NULL,
     id TEXT NOT NULL,
     digest TEXT NOT NULL,
     response TEXT,
     created_at INTEGER NOT NULL,
     touched_ms INTEGER NOT NULL,
     output TEXT NOT NULL,
     whole TEXT,
     bytes INTEGER NOT NULL GENERATED ALWAYS AS
       (octet_length(output) + COALESCE(octet_length(whole), 0)) STORED,
     PRIMARY KEY (tenant, key)
   ) STRICT;
   CREATE INDEX answers_by_age ON answers (touched_ms, id) WHERE whole IS NOT NULL;`
