/** A row per day and dimensions, and one per key. Columns have the names of the fields in `ledger.ts`. */
export const ledgerSchema = `
CREATE TABLE IF NOT EXISTS ledger (
  day TEXT NOT NULL,
  tenant TEXT NOT NULL,
  consumer TEXT NOT NULL,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  prompt TEXT NOT NULL,
  groups TEXT NOT NULL,
  calls INTEGER NOT NULL,
  failedCalls INTEGER NOT NULL,
  inputTokens INTEGER NOT NULL,
  cachedInputTokens INTEGER NOT NULL,
  outputTokens INTEGER NOT NULL,
  reasoningTokens INTEGER NOT NULL,
  nanodollars INTEGER NOT NULL,
  unpricedCalls INTEGER NOT NULL,
  durationMs INTEGER NOT NULL DEFAULT 0,
  durationSquares INTEGER NOT NULL DEFAULT 0,
  ratings INTEGER NOT NULL DEFAULT 0,
  ratingThousandths INTEGER NOT NULL DEFAULT 0,
  ratingSquares INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (day, tenant, consumer, model, provider, prompt, groups)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rateable_calls (
  requestId TEXT NOT NULL PRIMARY KEY,
  endedAtMs INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  call TEXT NOT NULL,
  thousandths INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS rateable_calls_by_end ON rateable_calls (endedAtMs);
CREATE TABLE IF NOT EXISTS key_uses (
  tenant TEXT NOT NULL,
  key TEXT NOT NULL,
  hourMs INTEGER NOT NULL,
  PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;
`
