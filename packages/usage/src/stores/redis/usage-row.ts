import { parseJsonOrUndefined } from '@fairlead/base'
import type { UsageDimensions, UsageEntry, UsageSums } from '../../ledger/ledger.ts'
import { usageFigures } from '../../ledger/usage-sums.ts'

/** Dimensions that tell the rows of one day and tenant apart. */
const rowDimensions = ['consumer', 'model', 'provider', 'prompt', 'groups'] as const

/** The name of a row among those of its day and tenant. */
export function rowOf(dimensions: UsageDimensions): string {
  return JSON.stringify(rowDimensions.map((name) => dimensions[name]))
}

/** The figures of an entry, in the order in which they stand in a row. */
export function figuresOf(sums: UsageSums): readonly number[] {
  return usageFigures.map((name) => sums[name])
}

/** What a row says; undefined for what is none of ours. */
export function entryOf(
  day: string,
  tenant: string,
  row: string,
  figures: string,
): UsageEntry | undefined {
  const names = namesOf(row)
  const values = figures.split(' ').map(Number)
  if (names === undefined || values.length > usageFigures.length) return undefined
  // One that a former version has written has fewer.
  const sums = Object.fromEntries(usageFigures.map((name, index) => [name, values[index] ?? 0]))
  return { ...(sums as unknown as UsageSums), ...names, day, tenant }
}

function namesOf(row: string): Omit<UsageDimensions, 'day' | 'tenant'> | undefined {
  const names = parseJsonOrUndefined(row)
  if (!Array.isArray(names) || names.length !== rowDimensions.length) return undefined
  const [consumer = '', model = '', provider = '', prompt = '', groups = ''] = names.map(String)
  return { consumer, model, provider, prompt, groups }
}
