import type { ShownSums } from '@fairlead/usage'
import type { AdminUsage, UsageSubject } from './admin-usage.ts'
import { textTable } from './text-table.ts'

/** What a call without one is called. */
const without: Readonly<Record<UsageSubject, string>> = {
  day: '',
  namespace: '(none)',
  consumer: '(anonymous)',
  group: '(none)',
  model: '(none)',
  provider: '(none)',
  prompt: '(none)',
}

const sums: readonly {
  readonly title: string
  readonly field: keyof ShownSums
  readonly isWide?: boolean
}[] = [
  { title: 'CALLS', field: 'calls' },
  { title: 'FAILED', field: 'failed_calls' },
  { title: 'INPUT', field: 'input_tokens' },
  { title: 'CACHED', field: 'cached_input_tokens', isWide: true },
  { title: 'OUTPUT', field: 'output_tokens' },
  { title: 'REASONING', field: 'reasoning_tokens', isWide: true },
  { title: 'COST USD', field: 'cost_usd' },
  { title: 'UNPRICED', field: 'unpriced_calls' },
  { title: 'MEAN MS', field: 'mean_duration_ms', isWide: true },
  { title: 'RATINGS', field: 'ratings', isWide: true },
  { title: 'MEAN RATING', field: 'mean_rating', isWide: true },
]

/** Usage for people; `isWide` shows all columns. */
export function usageReport(usage: AdminUsage, isWide: boolean): string {
  const { by, data, from, has_more: isCut, to, total } = usage
  if (total.calls === 0) return `No calls from ${from} to ${to}.\n`
  const shown = sums.filter((column) => isWide || column.isWide !== true)
  const figures = (of: ShownSums) => shown.map(({ field }) => String(of[field] ?? '-'))
  const table = textTable(
    [
      ...by.map((subject) => ({ title: subject.toUpperCase() })),
      ...shown.map(({ title }) => ({ title, isNumber: true })),
    ],
    [
      ...data.map((row) => [
        ...by.map((subject) => row[subject] ?? without[subject]),
        ...figures(row),
      ]),
      [...by.map((_, index) => (index === 0 ? 'TOTAL' : '')), ...figures(total)],
    ],
  )
  return [
    `Calls that ended from ${from} to ${to} (UTC); input and output are tokens\n`,
    table,
    ...(isCut ? ['There are more rows: ask for fewer days, or tell less apart with --by.\n'] : []),
    ...(total.unpriced_calls > 0
      ? ['The cost is without the calls whose price is not known: see docs/usage.md.\n']
      : []),
  ].join('')
}
