/**
 * The table of all knowledge bases of a schema; each has tables of its own, so that its vectors have one
 * dimension and it can be dropped at once. Entry n migrates from version n to n + 1; existing entries
 * are never changed, and what is added must not disturb replicas of the version before.
 */
export const knowledgeMigrations: readonly string[] = [
  `CREATE TABLE fairlead.knowledge_bases (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    model text,
    dimension integer,
    has_nearest boolean NOT NULL DEFAULT false,
    passages bigint NOT NULL DEFAULT 0,
    words bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL DEFAULT 0,
    refresher uuid,
    refreshes_until timestamptz,
    unused_since timestamptz
  );`,
]

/**
 * The tables of one base; `base.` stands for the beginning of their names.
 *
 * BM25 is computed from `postings`: which word stands in which passage how often, by the weights of its
 * places, and how many words the passage has. What PostgreSQL ranks with, ts_rank, knows of no word
 * whether it is rare, and reads every text that matches. Words are told apart by hashes of 32 bits.
 */
export const baseTables = `
  CREATE TABLE base.documents (
    number integer PRIMARY KEY,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    title text,
    url text,
    metadata jsonb NOT NULL,
    passages integer NOT NULL,
    bytes bigint NOT NULL,
    UNIQUE (source, id)
  );
  CREATE INDEX ON base.documents USING gin (metadata jsonb_path_ops) WITH (fastupdate = off);
  CREATE TABLE base.sources (
    source text COLLATE "C" PRIMARY KEY,
    standing text NOT NULL
  );
  CREATE SEQUENCE base.numbers AS integer CYCLE;
  CREATE TABLE base.passages (
    number integer PRIMARY KEY,
    document integer NOT NULL,
    url text,
    headings text NOT NULL,
    text text NOT NULL,
    length integer NOT NULL,
    words integer[] NOT NULL
  );
  CREATE INDEX ON base.passages (document);
  CREATE TABLE base.words (
    word integer PRIMARY KEY,
    passages integer NOT NULL
  ) WITH (fillfactor = 80);
  CREATE TABLE base.postings (
    word integer NOT NULL,
    passage integer NOT NULL,
    document integer NOT NULL,
    frequency smallint NOT NULL,
    length smallint NOT NULL,
    PRIMARY KEY (word, passage) INCLUDE (document, frequency, length)
  ) WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.05);
`

/**
 * The vectors of one base, in half precision, which ranks the same but for near ties. `vector.` stands
 * for the schema of the extension.
 */
export function vectorTable(dimension: number): string {
  // Out of line, each vector would be looked up when all are compared. Longer ones do not fit a page.
  const isInline = dimension <= halfDimensionsMax
  return `
    CREATE TABLE base.vectors (
      passage integer PRIMARY KEY,
      document integer NOT NULL,
      vector vector.halfvec(${dimension}) NOT NULL
    );
    ${isInline ? 'ALTER TABLE base.vectors ALTER COLUMN vector SET STORAGE PLAIN;' : ''}
    CREATE INDEX ON base.vectors (document);`
}

/** Vectors of more dimensions have no HNSW index, and are all compared. */
export const halfDimensionsMax = 4000

/** Removes what `baseTables` and `vectorTable` have made. */
export const dropBase = `
  DROP TABLE IF EXISTS base.documents, base.sources, base.passages, base.words, base.postings, base.vectors;
  DROP SEQUENCE IF EXISTS base.numbers;`
