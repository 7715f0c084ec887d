import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { escapedGroup } from '../../ledger/joined-groups.ts'
import {
  type KeyUse,
  type UsageAnswer,
  type UsageDimensions,
  usageEntriesMax,
  type UsageQuery,
  type UsageSums,
} from '../../ledger/ledger.ts'
import { addUsage, noUsage, usageDimensions, usageFigures } from '../../ledger/usage-sums.ts'

/** `total` adds in floating point, which is exact up to the bound and cannot overflow. */
const sums = usageFigures
  .map((name) => `CAST(min(total(${name}), ${Number.MAX_SAFE_INTEGER}) AS INTEGER) AS ${name}`)
  .join(', ')

/** What the ledger's table says. Throws what SQLite throws. */
export function readUsage(database: DatabaseSync, query: UsageQuery): UsageAnswer {
  const { rows, values } = rowsOf(query)
  const columns = query.by.join(', ')
  const groups = columns === '' ? 'HAVING calls > 0' : `GROUP BY ${columns} ORDER BY ${columns}`
  const found = database
    .prepare(
      `SELECT ${[...query.by, sums].join(', ')} ${rows} ${groups} LIMIT ${usageEntriesMax + 1}`,
    )
    .all(...values) as unknown as readonly (UsageSums & Partial<UsageDimensions>)[]
  const isCut = found.length > usageEntriesMax
  return {
    entries: found.slice(0, usageEntriesMax).map((row) => ({ ...noDimensions, ...row })),
    total: isCut ? readTotal(database, query) : found.reduce<UsageSums>(addUsage, noUsage),
    isCut,
  }
}

function readTotal(database: DatabaseSync, query: UsageQuery): UsageSums {
  const { rows, values } = rowsOf(query)
  const total = database.prepare(`SELECT ${sums} ${rows}`).get(...values) as unknown as UsageSums
  return { ...total }
}

/** When the keys of a tenant were used last. */
export function readKeyUses(database: DatabaseSync, tenant: string): readonly KeyUse[] {
  const rows = database
    .prepare('SELECT tenant, key, hourMs FROM key_uses WHERE tenant = ? ORDER BY key')
    .all(tenant) as unknown as readonly KeyUse[]
  return rows.map((row) => ({ ...row }))
}

const noDimensions = Object.fromEntries(
  usageDimensions.map((name) => [name, '']),
) as unknown as UsageDimensions

/** The days from one to another; SQLite then seeks the rows of each, by day and tenant. */
const days = `WITH RECURSIVE days(day) AS (
  VALUES (?) UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < ?
) SELECT day FROM days`

/** The rows that a query is about. Those of one tenant are found day by day, not among all others'. */
function rowsOf(query: UsageQuery): {
  readonly rows: string
  readonly values: readonly SQLInputValue[]
} {
  const { from, to, tenant, consumer, namespace, group } = query
  const conditions: string[] = []
  const values: SQLInputValue[] = [from, to]
  const where = (condition: string, ...given: readonly SQLInputValue[]) => {
    conditions.push(condition)
    values.push(...given)
  }
  if (tenant !== undefined) where('tenant = ?', tenant)
  if (consumer !== undefined) where('consumer = ?', consumer)
  if (namespace !== undefined)
    where('substr(consumer, 1, ?) = ?', namespace.length + 1, `${namespace}/`)
  if (group !== undefined) where("instr(',' || groups || ',', ?) > 0", `,${escapedGroup(group)},`)
  const asked = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return {
    rows: `FROM (${days}) CROSS JOIN ledger USING (day)${asked}`,
    values,
  }
}
