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
  PRIMARY KEY (day, tenant, consumer, model, provider, prompt, groups)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS key_uses (
  tenant TEXT NOT NULL,
  key TEXT NOT NULL,
  hourMs INTEGER NOT NULL,
  PRIMARY KEY (tenant, key)
) STRICT, WITHOUT ROWID;
`
