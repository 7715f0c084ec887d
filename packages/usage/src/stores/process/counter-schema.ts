/**
 * A row per counter, and one per slot in which something was used. `window` is JSON; what is lent in
 * windows that end with the calendar belongs to `lent_slot`.
 */
export const counterSchema = `
CREATE TABLE IF NOT EXISTS counters (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  window TEXT NOT NULL,
  lent_slot INTEGER NOT NULL,
  lent INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS counter_buckets (
  counter INTEGER NOT NULL REFERENCES counters (id) ON DELETE CASCADE,
  slot INTEGER NOT NULL,
  used INTEGER NOT NULL,
  unsettled INTEGER NOT NULL,
  PRIMARY KEY (counter, slot)
) STRICT, WITHOUT ROWID;
`
